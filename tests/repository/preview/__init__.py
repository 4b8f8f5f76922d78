"""The preview over real sockets."""
