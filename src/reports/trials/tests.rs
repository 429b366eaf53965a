use uuid::Uuid;

use super::*;

fn clock(now: Millis) -> Clock {
    use std::sync::atomic::AtomicU64;
    let drawn = AtomicU64::new(0);
    Clock::new(
        move || now,
        move |bytes| {
            let next = drawn.fetch_add(1, Ordering::SeqCst).to_be_bytes();
            bytes.fill(0);
            bytes[..8].copy_from_slice(&next);
        },
    )
}

fn asked(village: u128) -> Asked {
    Asked {
        rule_set_id: RuleSetId(Uuid::nil()),
        revision: 1,
        village_id: AreaId(Uuid::from_u128(village)),
        months: 12,
        stretch: Stretch::of("2026-11-23".parse().unwrap(), 12),
    }
}

fn fail(trial: &Trial) {
    trial.outcome.set(None).unwrap();
}

#[test]
fn the_same_question_is_asked_once_while_it_is_under_way() {
    let (trials, clock) = (Trials::default(), clock(0));
    let keep = |asked| trials.keep(&clock, asked, String::new()).unwrap();
    let (first, is_new) = keep(asked(1));
    assert!(is_new);
    let (again, is_new) = keep(asked(1));
    assert!(!is_new && again.id == first.id);
    assert!(keep(Asked { revision: 2, ..asked(1) }).1 && keep(asked(2)).1);
    fail(&first);
    assert!(keep(asked(1)).1, "the book may have changed since");
}

#[test]
fn too_many_under_way_are_busy_and_the_oldest_result_makes_room() {
    let (trials, clock) = (Trials::default(), clock(0));
    let keep = |village| trials.keep(&clock, asked(village), String::new());
    let begun: Vec<_> = (0..UNDER_WAY_MAX).map(|village| keep(village as u128).unwrap().0).collect();
    assert_eq!(keep(1_000).unwrap_err().refusal(), BUSY);
    begun.iter().for_each(|trial| fail(trial));
    for village in 0..KEPT_MAX {
        fail(&keep(2_000 + village as u128).unwrap().0);
    }
    let kept = lock(&trials.kept);
    assert_eq!(kept.len(), KEPT_MAX);
    assert!(begun.iter().all(|trial| !kept.contains_key(&trial.id)));
}

#[test]
fn a_result_is_kept_for_an_hour_and_what_is_under_way_for_ever() {
    let (trials, clock) = (Trials::default(), clock(0));
    let (done, running) = (trials.keep(&clock, asked(1), String::new()), trials.keep(&clock, asked(2), String::new()));
    let (done, running) = (done.unwrap().0, running.unwrap().0);
    fail(&done);
    let mut kept = lock(&trials.kept);
    sweep(&mut kept, KEPT_MILLIS - 1);
    assert!(kept.contains_key(&done.id));
    sweep(&mut kept, KEPT_MILLIS);
    assert!(!kept.contains_key(&done.id) && kept.contains_key(&running.id));
}

#[test]
fn half_the_way_is_reading() {
    let progress = Progress::default();
    progress.total.store(100, Ordering::SeqCst);
    let mut seen = Vec::new();
    for (read, judged) in [(0, 0), (60, 0), (100, 0), (100, 50), (100, 100)] {
        progress.read.store(read, Ordering::SeqCst);
        progress.judged.store(judged, Ordering::SeqCst);
        seen.push(progress.now());
    }
    assert_eq!(seen, [(0, 100), (30, 100), (50, 100), (75, 100), (100, 100)]);
}
