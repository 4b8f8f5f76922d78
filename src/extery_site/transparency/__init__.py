"""Public figures of reviews, reports and suspensions, by month: the transparency page.

`counting` counts a period, `months` stores what it counted, once for each past month; `report` reads
the stored months, and shows small numbers about users as a range. Pages and endpoints count nothing.
"""
