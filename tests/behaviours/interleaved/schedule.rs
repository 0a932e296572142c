//! All interleavings of a few threads over one store. Each thread stops before every call of the store; one of them goes on
//! at a time, and a walk over the choices, depth first, runs every schedule once.
//!
//! Two schedules that differ only in the order of calls which do not see each other come to the same, so one of them is
//! enough: calls are independent where both read, or where none touches a key that the other writes, removes or asks for.
//! What was tried at a choice sleeps below its neighbours until a call that depends on it wakes it (sleep sets). No schedule
//! is left out for any other reason.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use exeunt::{Change, Commit, Done, Guarantee, HostError, Navigated, Navigation, Navigator, Secret, SessionStore};

use crate::map_store::{self, Entries};

/// A call that a thread is about to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    Keys(String),
    Read(Vec<String>),
    Commit { sees: Vec<String>, changes: Vec<String> },
}

impl Call {
    fn commit(change: &Change) -> Self {
        let mut changes = change.remove.clone();
        changes.extend(change.write.iter().map(|entry| entry.key.clone()));
        Self::Commit { sees: change.require.iter().map(|one| one.key.clone()).collect(), changes }
    }

    fn changed(&self) -> &[String] {
        match self {
            Self::Keys(_) | Self::Read(_) => &[],
            Self::Commit { changes, .. } => changes,
        }
    }

    fn touches(&self, key: &String) -> bool {
        match self {
            Self::Keys(prefix) => key.starts_with(prefix),
            Self::Read(keys) => keys.contains(key),
            Self::Commit { sees, changes } => sees.contains(key) || changes.contains(key),
        }
    }

    fn depends_on(&self, other: &Self) -> bool {
        self.changed().iter().any(|key| other.touches(key)) || other.changed().iter().any(|key| self.touches(key))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Actor {
    /// Between two calls.
    Busy,
    /// Before a call.
    Waits(Call),
    Finished,
}

/// A step that was taken: who, what, and whether it changed anything.
#[derive(Debug, Clone)]
pub struct Step {
    pub actor: usize,
    pub call: Call,
    pub refused: bool,
    /// The app's own keys after it.
    pub sessions: Vec<String>,
}

struct Scene {
    actors: Vec<Actor>,
    turn: Option<usize>,
    entries: Entries,
    steps: Vec<Step>,
    navigations: Vec<Navigation>,
    /// Nobody looks at this run any more: whoever comes to the store breaks off.
    given_up: bool,
}

/// How a thread breaks off.
struct GivenUp;

/// What the store promises, and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Atomic,
    /// Looks at what is required, then writes and removes key by key; others come in between.
    PerKey,
    /// Says that it is atomic and ignores what is required: the fault that a model has to find.
    Careless,
}

/// One run: the store, and who goes on.
pub struct Stage {
    scene: Mutex<Scene>,
    /// Somebody waits or has finished.
    moved: Condvar,
    /// It is this one's turn.
    turns: Vec<Condvar>,
    kind: Kind,
}

impl Stage {
    fn new(kind: Kind, entries: &Entries, actors: usize) -> Self {
        let scene = Scene {
            actors: vec![Actor::Busy; actors],
            turn: None,
            entries: entries.clone(),
            steps: Vec::new(),
            navigations: Vec::new(),
            given_up: false,
        };
        let turns = (0..actors).map(|_| Condvar::new()).collect();
        Self { scene: Mutex::new(scene), moved: Condvar::new(), turns, kind }
    }

    fn scene(&self) -> MutexGuard<'_, Scene> {
        self.scene.lock().unwrap()
    }

    /// Waits for this thread's turn, then does the call at once.
    fn step<T>(&self, actor: usize, call: Call, act: impl FnOnce(&mut Entries) -> (T, bool)) -> T {
        let mut scene = self.scene();
        scene.actors[actor] = Actor::Waits(call.clone());
        self.moved.notify_all();
        let mut scene =
            self.turns[actor].wait_while(scene, |scene| scene.turn != Some(actor) && !scene.given_up).unwrap();
        if scene.given_up {
            drop(scene); // not poisoned: others look at it
            std::panic::resume_unwind(Box::new(GivenUp));
        }
        scene.turn = None;
        scene.actors[actor] = Actor::Busy;
        let (answer, refused) = act(&mut scene.entries);
        let sessions = scene.entries.keys().filter(|key| !key.starts_with("exeunt.")).cloned().collect();
        scene.steps.push(Step { actor, call, refused, sessions });
        answer
    }

    fn finish(&self, actor: usize) {
        self.scene().actors[actor] = Actor::Finished;
        self.moved.notify_all();
    }

    /// Those who wait, when nobody moves any more.
    fn waiting(&self) -> BTreeMap<usize, Call> {
        let moving = |scene: &mut Scene| scene.turn.is_some() || scene.actors.contains(&Actor::Busy);
        let scene = self.moved.wait_while(self.scene(), moving).unwrap();
        let waits = |(at, actor): (usize, &Actor)| match actor {
            Actor::Waits(call) => Some((at, call.clone())),
            Actor::Busy | Actor::Finished => None,
        };
        scene.actors.iter().enumerate().filter_map(waits).collect()
    }

    fn give_up(&self) {
        self.scene().given_up = true;
        self.turns.iter().for_each(Condvar::notify_all);
    }

    fn let_go(&self, actor: usize) {
        self.scene().turn = Some(actor);
        self.turns[actor].notify_all();
    }
}

/// The store as one thread sees it.
pub struct Hand {
    actor: usize,
    stage: Arc<Stage>,
}

impl Hand {
    /// A record in the store as the schedule begins, which is no step of it.
    fn record(&self) -> serde_json::Value {
        let scene = self.stage.scene();
        let found = scene.entries.iter().find(|(key, _)| key.starts_with("exeunt.pending."));
        serde_json::from_str(found.expect("a record").1).expect("a record is JSON")
    }

    /// The address with which the browser of that record comes back.
    pub fn way_back(&self) -> String {
        format!("https://app.example.com/bye?state={}", self.record()["handover"]["state"].as_str().unwrap())
    }
}

impl Navigator for Hand {
    fn navigate(&self, navigation: Navigation) -> Result<Navigated, HostError> {
        self.stage.scene().navigations.push(navigation);
        Ok(Navigated::Started)
    }

    fn dismiss(&self, _: String) -> Result<Done, HostError> {
        Ok(Done::Done)
    }
}

impl SessionStore for Hand {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        Ok(self
            .stage
            .step(self.actor, Call::Keys(prefix.clone()), |entries| (map_store::keys(entries, &prefix), false)))
    }

    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        Ok(self.stage.step(self.actor, Call::Read(keys.clone()), |entries| (map_store::read(entries, &keys), false)))
    }

    fn commit(&self, change: Change) -> Result<Commit, HostError> {
        if self.stage.kind == Kind::PerKey {
            let required = Call::Read(change.require.iter().map(|one| one.key.clone()).collect());
            let holds = |now: &mut Entries| (map_store::holds(now, &change), false);
            if !change.require.is_empty() && !self.stage.step(self.actor, required, holds) {
                return Ok(Commit::Conflict);
            }
            for one in map_store::apart(change) {
                self.stage.step(self.actor, Call::commit(&one), |now| (map_store::apply(now, &one), false));
            }
            return Ok(Commit::Committed);
        }
        let careless = self.stage.kind == Kind::Careless;
        Ok(self.stage.step(self.actor, Call::commit(&change), |entries| {
            if !careless && !map_store::holds(entries, &change) {
                return (Commit::Conflict, true);
            }
            map_store::apply(entries, &change);
            (Commit::Committed, false)
        }))
    }

    fn guarantee(&self) -> Result<Guarantee, HostError> {
        // The same at every time, so it is no choice.
        Ok(if self.stage.kind == Kind::PerKey { Guarantee::PerKey } else { Guarantee::Atomic })
    }
}

/// What one schedule came to.
pub struct End<T> {
    /// What each thread brought home.
    pub brought: Vec<T>,
    pub entries: Entries,
    pub steps: Vec<Step>,
    pub navigations: Vec<Navigation>,
}

/// A part: what one thread does with the store in its hand.
pub type Part<T> = fn(Arc<Hand>) -> T;

#[derive(Default)]
struct Choice {
    /// Those whose step here was tried elsewhere, and is the same there.
    asleep: BTreeSet<usize>,
    tried: BTreeSet<usize>,
    chosen: usize,
}

/// How many schedules there were.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    pub whole: usize,
    /// Given up in the middle: the same as one that was run.
    pub pruned: usize,
}

/// Runs every schedule of these parts, and shows each to `judge`.
pub fn explore<T: Send + 'static>(
    kind: Kind,
    entries: &Entries,
    parts: &[Part<T>],
    mut judge: impl FnMut(&End<T>),
) -> Count {
    let (mut path, mut count) = (Vec::<Choice>::new(), Count::default());
    loop {
        match run(kind, entries, parts, &mut path) {
            Run::Whole(end) => {
                count.whole += 1;
                judge(&end);
            }
            Run::Pruned => count.pruned += 1,
            // The core's clock is the system's: where a second ended in between, what is written may differ. Once more.
            Run::Diverged => continue,
        }
        // The deepest choice that has something left.
        loop {
            let Some(last) = path.last_mut() else { return count };
            last.tried.insert(last.chosen);
            let left = (0..parts.len()).find(|actor| !last.tried.contains(actor) && !last.asleep.contains(actor));
            match left {
                Some(next) => {
                    last.chosen = next;
                    break;
                }
                None => drop(path.pop()),
            }
        }
    }
}

/// What became of one schedule.
enum Run<T> {
    Whole(End<T>),
    /// All that is left is asleep.
    Pruned,
    /// It went another way than the path says.
    Diverged,
}

/// One schedule: as the path says, and beyond it whoever comes first.
fn run<T: Send + 'static>(kind: Kind, entries: &Entries, parts: &[Part<T>], path: &mut Vec<Choice>) -> Run<T> {
    let stage = Arc::new(Stage::new(kind, entries, parts.len()));
    let threads: Vec<_> = parts
        .iter()
        .enumerate()
        .map(|(actor, part)| {
            let (stage, part) = (stage.clone(), *part);
            std::thread::spawn(move || {
                let hand = Arc::new(Hand { actor, stage: stage.clone() });
                let brought = std::panic::catch_unwind(|| part(hand));
                stage.finish(actor);
                brought
            })
        })
        .collect();
    let (mut depth, mut asleep, mut pruned, mut diverged) = (0, BTreeSet::new(), false, false);
    loop {
        let waiting = stage.waiting();
        let Some(&first) = waiting.keys().find(|actor| !asleep.contains(*actor)).or(waiting.keys().next()) else {
            break;
        };
        pruned |= asleep.contains(&first) && depth >= path.len();
        diverged |= path.get(depth).is_some_and(|choice| !waiting.contains_key(&choice.chosen));
        if pruned || diverged {
            stage.give_up();
            break;
        }
        if depth == path.len() {
            // Who has finished is never chosen.
            let tried = (0..parts.len()).filter(|actor| !waiting.contains_key(actor)).collect();
            path.push(Choice { asleep: asleep.clone(), tried, chosen: first });
        }
        let choice = &path[depth];
        let call = &waiting[&choice.chosen];
        let before = choice.asleep.union(&choice.tried).filter(|actor| **actor != choice.chosen);
        asleep =
            before.filter(|actor| waiting.get(actor).is_some_and(|other| !other.depends_on(call))).copied().collect();
        stage.let_go(choice.chosen);
        depth += 1;
    }
    let ends: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let scene = stage.scene();
    let (entries, steps, navigations) = (scene.entries.clone(), scene.steps.clone(), scene.navigations.clone());
    let mut brought = Vec::new();
    for end in ends {
        match end {
            Ok(one) => brought.push(one),
            Err(panic) if panic.is::<GivenUp>() => {}
            Err(panic) => {
                let schedule: Vec<usize> = steps.iter().map(|step| step.actor).collect();
                eprintln!("a part panicked in the schedule {schedule:?}");
                std::panic::resume_unwind(panic)
            }
        }
    }
    match (diverged, pruned) {
        (true, _) => Run::Diverged,
        (false, true) => Run::Pruned,
        (false, false) => Run::Whole(End { brought, entries, steps, navigations }),
    }
}

/// What is in an atomic store when a part was broken off in the middle, after so many calls; nothing where it was done.
pub fn abandoned<T: Send + 'static>(part: Part<T>, entries: &Entries, calls: usize) -> Option<Entries> {
    let stage = Arc::new(Stage::new(Kind::Atomic, entries, 1));
    let hand = Arc::new(Hand { actor: 0, stage: stage.clone() });
    let thread = std::thread::spawn({
        let stage = stage.clone();
        move || {
            part(hand);
            stage.finish(0);
        }
    });
    for _ in 0..calls {
        if stage.waiting().is_empty() {
            break;
        }
        stage.let_go(0);
    }
    let unfinished = !stage.waiting().is_empty();
    let left = stage.scene().entries.clone();
    while !stage.waiting().is_empty() {
        stage.let_go(0);
    }
    thread.join().unwrap();
    unfinished.then_some(left)
}
