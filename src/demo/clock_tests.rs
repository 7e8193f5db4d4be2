use super::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use tokio::sync::Mutex as AsyncMutex;

const START: Moment = Moment::from_unix(1_653_840_000);
const TASKS: [&str; 5] = ["a", "b", "c", "d", "e"];

fn after(seconds: i64) -> Moment {
    START.plus(seconds)
}

/// A small generator of numbers that look random (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }
}

fn clock(end_s: i64) -> Arc<SimClock> {
    Arc::new(SimClock::new(START, &TASKS, after(end_s)))
}

/// What the tasks of one world share.
#[derive(Default)]
struct World {
    latest: AtomicI64,
    /// By receiver: the moment at which each message was sent.
    letters: [AsyncMutex<Vec<Moment>>; 5],
    delivered: AtomicUsize,
    sent: AtomicUsize,
}

/// One task: works a little, writes to the others and rings, reads what was written to it, idles.
async fn live(clock: Arc<SimClock>, world: Arc<World>, seat: usize, steps: usize) {
    let mut dice = Dice(seat as u64 + 77);
    let mut until = START;
    let mut rung_or_due = true;
    for step in 0.. {
        let now = clock.now();
        assert!(rung_or_due);
        assert!(world.latest.fetch_max(now.unix(), Ordering::SeqCst) <= now.unix(), "time went back");
        for sent in world.letters[seat].lock().await.drain(..) {
            assert_eq!(sent, now, "a wake-up was lost: the letter was read later than it was written");
            world.delivered.fetch_add(1, Ordering::SeqCst);
        }
        if step < steps && dice.roll(3) == 0 {
            let to = usize::try_from(dice.roll(5)).unwrap();
            world.letters[to].lock().await.push(now);
            world.sent.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            clock.ring();
        }
        for _ in 0..dice.roll(4) {
            tokio::task::yield_now().await;
            assert_eq!(clock.now(), now, "time moved while a task was at work");
        }
        until = if until <= now { now.plus(1 + i64::try_from(dice.roll(900)).unwrap()) } else { until };
        let wanted = if step < steps { until } else { Moment::MAX };
        clock.idle(TASKS[seat], wanted).await;
        rung_or_due = clock.now() <= wanted;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thousands_of_steps_lose_no_ring_and_never_go_back() {
    for round in 0..4 {
        let (clock, world) = (clock(100_000_000 + round), Arc::new(World::default()));
        let mut tasks = tokio::task::JoinSet::new();
        for seat in 0..TASKS.len() {
            tasks.spawn(live(Arc::clone(&clock), Arc::clone(&world), seat, 1500));
        }
        tokio::select! {
            () = clock.finished() => {}
            ended = tasks.join_next() => panic!("a task ended: {ended:?}"),
        }
        assert_eq!(clock.now(), after(100_000_000 + round));
        let (sent, delivered) = (world.sent.load(Ordering::SeqCst), world.delivered.load(Ordering::SeqCst));
        assert_eq!(sent, delivered);
        assert!(sent > 1000, "{sent}");
    }
}

#[tokio::test]
async fn time_jumps_to_the_earliest_of_all_and_wakes_only_those_due() {
    let clock = Arc::new(SimClock::new(START, &["near", "far"], after(1000)));
    let far = tokio::spawn({
        let clock = Arc::clone(&clock);
        async move {
            clock.idle("far", after(300)).await;
            clock.now()
        }
    });
    for wanted in [100, 200, 300] {
        clock.idle("near", after(wanted)).await;
        assert_eq!(clock.now(), after(wanted));
    }
    assert_eq!(far.await.unwrap(), after(300));
}

#[tokio::test]
async fn a_ring_during_a_step_ends_the_next_wait_at_once() {
    let clock = SimClock::new(START, &["only"], after(1000));
    clock.ring();
    clock.idle("only", after(500)).await;
    assert_eq!(clock.now(), START);
    clock.idle("only", after(500)).await;
    assert_eq!(clock.now(), after(500));
}

#[tokio::test]
async fn a_wait_that_is_given_up_holds_the_clock() {
    let clock = SimClock::new(START, &["a", "b"], after(1000));
    tokio::select! {
        biased;
        () = clock.idle("a", after(10)) => panic!("time moved without b"),
        () = tokio::task::yield_now() => {}
    }
    tokio::select! {
        biased;
        () = clock.idle("b", after(20)) => panic!("time moved although a is at work again"),
        () = tokio::task::yield_now() => {}
    }
    assert_eq!(clock.now(), START);
}

#[tokio::test]
async fn the_end_wakes_nobody_and_a_pause_takes_no_time() {
    let clock = Arc::new(SimClock::new(START, &["only"], after(50)));
    clock.pause(after(40)).await;
    assert_eq!(clock.now(), START);
    tokio::select! {
        biased;
        () = clock.idle("only", after(60)) => panic!("woken after the end"),
        () = clock.finished() => {}
    }
    assert_eq!(clock.now(), after(50));
    clock.ring();
    tokio::select! {
        biased;
        () = clock.idle("only", START) => panic!("woken after the end"),
        () = tokio::task::yield_now() => {}
    }
    // Whoever comes late learns of the end as well.
    clock.finished().await;
}

#[tokio::test]
async fn a_bystander_hears_of_moves_but_holds_nobody_up() {
    let clock = Arc::new(SimClock::new(START, &["only"], after(1000)));
    let bystander = tokio::spawn({
        let clock = Arc::clone(&clock);
        async move { clock.idle("visitor", after(5)).await }
    });
    tokio::task::yield_now().await;
    clock.idle("only", after(7)).await;
    bystander.await.unwrap();
    assert_eq!(clock.now(), after(7));
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "measures that the throttle really holds back")]
async fn a_throttled_clock_does_not_run_faster_than_asked() {
    let clock = SimClock::new(START, &["only"], after(100_000)).throttled(6000.0);
    let begun = std::time::Instant::now();
    clock.idle("only", after(600)).await;
    assert_eq!(clock.now(), after(600));
    assert!(begun.elapsed() >= Duration::from_millis(100));
}

#[tokio::test]
async fn a_ring_calls_off_a_throttled_jump() {
    let clock = Arc::new(SimClock::new(START, &["only"], after(100_000)).throttled(0.001));
    let waiting = tokio::spawn({
        let clock = Arc::clone(&clock);
        async move { clock.idle("only", after(1200)).await }
    });
    tokio::task::yield_now().await;
    clock.ring();
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap().unwrap();
    assert_eq!(clock.now(), START);
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "measures that the throttle really holds back")]
async fn a_jump_that_was_planned_for_another_circle_is_not_made() {
    let clock = Arc::new(SimClock::new(START, &["a", "b"], after(100_000)).throttled(600.0));
    let begun = std::time::Instant::now();
    tokio::select! {
        biased;
        () = clock.idle("b", after(6)) => {}
        () = async {
            let clock = Arc::clone(&clock);
            tokio::spawn(async move { clock.idle("a", after(120)).await });
            // Now a has planned the short jump to b's moment.
            tokio::task::yield_now().await;
        } => {}
    }
    clock.idle("b", after(120)).await;
    assert_eq!(clock.now(), after(120));
    assert!(begun.elapsed() >= Duration::from_millis(180), "{:?}", begun.elapsed());
}
