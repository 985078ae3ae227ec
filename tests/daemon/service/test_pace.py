import time

from daemon.service.pace import Pace


def test_the_pace_of_a_job_of_many_clips_in_words():
    now = [1_750_000_000.0]
    pace = Pace(lambda job: 100, lambda: now[0])
    assert pace.words("j", 3) == ""
    assert pace.words("j", 10_000) == "100 of 10000"
    for _ in range(5):
        now[0] += 2.0
        pace.clip_over("j", 10_000)
    end = time.strftime("%H:%M", time.localtime(now[0] + 9895 * 2))
    assert pace.words("j", 10_000) == f"105 of 10000, 30 a minute, until {end}"
    pace.forget("j")
    assert pace.words("j", 10_000) == "100 of 10000"


def test_a_slow_pace_is_by_the_hour_and_a_far_end_has_its_date():
    now = [1_750_000_000.0]
    pace = Pace(lambda job: 2, lambda: now[0])
    for _ in range(2):
        now[0] += 120.0
        pace.clip_over("j", 5000)
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(now[0] + 4997 * 120))
    assert pace.words("j", 5000) == f"3 of 5000, 30 an hour, until {day}"
