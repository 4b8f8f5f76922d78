"""Checks that use the network: proxies, certificates, servers and the clock."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from extery.client.checks.context import Answer, Context
from extery.client.operations import load_all
from extery.core.errors import Problem, Where
from extery.fetch import listing_url
from extery.fetch.addresses import redact_url, split_url
from extery.fetch.dates import unverified_server_time
from extery.fetch.proxies import SETTING

#: Difference between two clocks, in seconds, from which certificates and listings may be refused.
MAX_CLOCK_ERROR = 300.0
_DAY = 86_400.0
_CERTIFICATE = "fetch.certificate"
_UNITS = ((_DAY, "day"), (3600.0, "hour"), (60.0, "minute"))
_SET_CLOCK = {
    "linux": "sudo timedatectl set-ntp true",
    "darwin": "sudo sntp -sS time.apple.com",
    "win32": "w32tm /resync",
}


def find_proxy_problems(context: Context) -> Iterator[Problem]:
    """Yield proxies that do not answer."""
    for proxy, reason in context.proxies.items():
        if reason:
            yield Problem.of(
                "doctor.proxy",
                variant="setting"
                if proxy.variable == SETTING
                else ""
                if proxy.variable
                else "system",
                proxy=str(proxy),
                variable=proxy.variable,
                reason=reason,
            )


def find_server_problems(context: Context) -> Iterator[Problem]:
    """Yield repositories that do not answer, apart from those whose certificate is not valid."""
    for answer in context.answers:
        if answer.problem and answer.problem.code != _CERTIFICATE:
            yield answer.problem.with_values(entry=answer.repository.name)


def find_certificate_problems(context: Context) -> Iterator[Problem]:
    """Yield certificates that are not valid, with the cause as far as it can be told."""
    for answer in context.answers:
        if answer.problem and answer.problem.code == _CERTIFICATE:
            yield _certificate_problem(context, answer, answer.problem)


def _certificate_problem(context: Context, answer: Answer, problem: Problem) -> Problem:
    url = listing_url(answer.repository.url)
    parts = split_url(url)
    reason = str(dict(problem.values)["reason"])
    variant = certificate_cause(reason)
    ahead = _seconds_ahead(context, url) if variant in ("expired", "not-yet-valid") else None
    if ahead is not None and abs(ahead) > MAX_CLOCK_ERROR:
        variant = "clock"
    return Problem.of(
        "doctor.certificate",
        variant=variant,
        where=Where(answer.repository.name),
        url=redact_url(url),
        host=f"{parts.hostname}:{parts.port or 443}",
        reason=reason,
        difference=_describe(ahead or 0.0),
        set_clock=_clock_command(),
    )


def certificate_cause(reason: str) -> str:
    """Return the variant of ``doctor.certificate`` for the reason that the TLS library states."""
    text = reason.lower().replace("self signed", "self-signed")
    if "not yet valid" in text:
        return "not-yet-valid"
    if "expired" in text:
        return "expired"
    if "in certificate chain" in text or "issuer certificate" in text:
        return "unknown-issuer"
    if "self-signed" in text:
        return "self-signed"
    if "mismatch" in text or "not valid for" in text:
        return "other-host"
    return ""


def _seconds_ahead(context: Context, url: str) -> float | None:
    known = [answer.ahead for answer in context.answers if answer.ahead is not None]
    if known:
        return min(known, key=abs)
    sent = unverified_server_time(url)
    return None if sent is None else context.now - sent


def find_clock_problems(context: Context) -> Iterator[Problem]:
    """Yield a problem if the clock differs from those of all servers, or is before the last change."""
    known = [(answer.ahead, answer) for answer in context.answers if answer.ahead is not None]
    if known:
        ahead, answer = min(known, key=lambda pair: abs(pair[0]))
        if abs(ahead) > MAX_CLOCK_ERROR:
            yield Problem.of(
                "doctor.clock",
                difference=_describe(ahead),
                host=split_url(listing_url(answer.repository.url)).hostname or "",
                set_clock=_clock_command(),
            )
        return
    later = [item for item in load_all(context.target) if item.started_at > context.now + _DAY]
    if later:
        yield Problem.of(
            "doctor.clock",
            variant="journal",
            number=later[0].number,
            difference=_describe(context.now - later[0].started_at),
            set_clock=_clock_command(),
        )


def _describe(ahead: float) -> str:
    """Return ``2 hours ahead``."""
    seconds = abs(ahead)
    length, unit = next((item for item in _UNITS if seconds >= item[0]), _UNITS[-1])
    count = max(1, round(seconds / length))
    return f"{count:,} {unit}{'' if count == 1 else 's'} {'ahead' if ahead > 0 else 'behind'}"


def _clock_command() -> str:
    return _SET_CLOCK.get(sys.platform, "ntpdate -u pool.ntp.org")
