//! Which task runs when.
//!
//! The earliest task that is not done yet, the frontier, may always run. Others may run ahead of it while the limit leaves
//! room for the rest of the run in order, as the program foresees it from the frontier on, and for what has run ahead.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use rayon::Scope;

use super::{Held, OnValue, Options, Progress, Span, machine::Machine};
use crate::{Error, Program, program::Register};

/// Runs every task; the values of the outputs.
pub(super) fn run<'a>(
    machine: &Machine<'a>,
    options: Options<'_>,
    on_value: OnValue<'_>,
) -> Result<BTreeMap<Register, Arc<Held<'a>>>, Error> {
    let program = machine.program;
    let ahead = suffix_peaks(program);
    let (needed, limit) = (ahead.first().copied().unwrap_or(0), options.memory.unwrap_or(u64::MAX));
    if needed > limit {
        return Err(Error::Memory { needed, limit });
    }
    let graph = Graph::new(program);
    let state = Mutex::new(State::new(program, &graph));
    let (threads, total) = (rayon::current_num_threads(), program.work());
    let clock = options.on_task.map(|_| Instant::now());
    let flow = Flow { machine, options, on_value, graph, ahead, limit, threads, total, clock, state };
    rayon::scope(|scope| flow.start(scope));
    let state = flow.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    match state.fault {
        Some((_, error)) => Err(error),
        None => Ok(state.values),
    }
}

/// For each task, the most bytes that it and all after it take, when they run in order.
fn suffix_peaks(program: &Program) -> Vec<u64> {
    let mut peaks = program.usage(program.setting());
    for task in (1..peaks.len()).rev() {
        peaks[task - 1] = peaks[task - 1].max(peaks[task]);
    }
    peaks
}

/// Who waits for whom.
struct Graph {
    /// By task: the registers it uses, each once.
    operands: Vec<Vec<Register>>,
    /// By task: the tasks that use its values, once for each register.
    users: Vec<Vec<u32>>,
}

impl Graph {
    fn new(program: &Program) -> Self {
        let count = program.tasks().len();
        let mut task_of = vec![0_u32; program.steps().len()];
        for task in 0..count {
            task_of[program.task(task)].fill(task as u32);
        }
        let mut users = vec![Vec::new(); count];
        let operands = |task: usize| {
            let mut operands: Vec<Register> = program.steps()[program.task(task)]
                .iter()
                .flat_map(|step| step.instruction.operands())
                .collect();
            operands.sort_unstable();
            operands.dedup();
            operands.iter().for_each(|operand| users[task_of[operand.index()] as usize].push(task as u32));
            operands
        };
        let operands = (0..count).map(operands).collect();
        Self { operands, users }
    }
}

/// What changes while the run goes on.
struct State<'a> {
    /// Tasks whose operands are there, the earliest first.
    ready: BinaryHeap<Reverse<usize>>,
    /// By task: operands that are missing.
    missing: Vec<usize>,
    /// By register: tasks that will still use it, and one more for an output.
    uses: Vec<usize>,
    values: BTreeMap<Register, Arc<Held<'a>>>,
    /// By task: whether it is done.
    done: Vec<bool>,
    /// The earliest task that is not.
    frontier: usize,
    running: usize,
    /// Bytes of values and of running tasks.
    bytes: u64,
    /// Bytes of the tasks that ran ahead of the frontier and that it has not reached yet.
    early: BTreeMap<usize, u64>,
    work: u64,
    /// The error of the earliest task that had one.
    fault: Option<(usize, Error)>,
}

impl State<'_> {
    fn new(program: &Program, graph: &Graph) -> Self {
        let missing: Vec<usize> = graph.operands.iter().map(Vec::len).collect();
        let ready = missing.iter().enumerate().filter(|(_, missing)| **missing == 0);
        let mut uses = vec![0; program.steps().len()];
        graph.operands.iter().flatten().for_each(|operand| uses[operand.index()] += 1);
        program.outputs().iter().for_each(|(_, output)| uses[output.index()] += 1);
        Self {
            ready: ready.map(|(task, _)| Reverse(task)).collect(),
            uses,
            values: BTreeMap::new(),
            done: vec![false; missing.len()],
            missing,
            frontier: 0,
            running: 0,
            bytes: 0,
            early: BTreeMap::new(),
            work: 0,
            fault: None,
        }
    }
}

struct Flow<'r, 'a> {
    machine: &'r Machine<'a>,
    options: Options<'r>,
    on_value: OnValue<'r>,
    graph: Graph,
    /// See [`suffix_peaks`].
    ahead: Vec<u64>,
    limit: u64,
    threads: usize,
    total: u64,
    /// When the run began, where somebody wants to know.
    clock: Option<Instant>,
    state: Mutex<State<'a>>,
}

impl<'a> Flow<'_, 'a> {
    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Option<Duration> {
        self.clock.map(|clock| clock.elapsed())
    }

    /// Starts as many tasks as may run now.
    fn start<'s>(&'s self, scope: &Scope<'s>) {
        let mut state = self.lock();
        while state.running < self.threads && state.fault.is_none() {
            let Some(Reverse(task)) = state.ready.peek().copied() else { break };
            if self.options.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
                state.fault = Some((task, Error::Cancelled));
                break;
            }
            let bytes = self.machine.program.task_bytes(task);
            if task > state.frontier {
                let early: u64 = state.early.values().sum();
                if self.ahead[state.frontier].saturating_add(early).saturating_add(bytes) > self.limit {
                    break;
                }
                if self.options.memory.is_some() {
                    state.early.insert(task, bytes);
                }
            }
            state.ready.pop();
            state.running += 1;
            state.bytes += bytes;
            scope.spawn(move |scope| {
                self.task(task);
                self.start(scope);
            });
        }
    }

    fn task(&self, task: usize) {
        let begin = self.now();
        let operands: Vec<(Register, Arc<Held<'a>>)> = {
            let state = self.lock();
            self.graph.operands[task]
                .iter()
                .map(|operand| (*operand, Arc::clone(&state.values[operand])))
                .collect()
        };
        let steps = self.machine.program.task(task);
        let result =
            self.machine.task(&self.machine.program.steps()[steps.clone()], &operands).and_then(|values| {
                let mut watched = steps.zip(&values);
                watched.try_for_each(|(step, value)| (self.on_value)(step, value))?;
                Ok(values)
            });
        drop(operands);
        let freed = match result {
            Ok(values) => self.finish(task, values, begin),
            Err(error) => {
                let mut state = self.lock();
                state.running -= 1;
                if state.fault.as_ref().is_none_or(|(earlier, _)| task < *earlier) {
                    state.fault = Some((task, error));
                }
                Vec::new()
            }
        };
        // Memory goes back outside the lock.
        drop(freed);
    }

    /// Keeps the values of a task and gives back those that nobody needs any more.
    fn finish(&self, task: usize, values: Vec<Held<'a>>, begin: Option<Duration>) -> Vec<Arc<Held<'a>>> {
        let (program, end) = (self.machine.program, self.now());
        let mut guard = self.lock();
        let state = &mut *guard;
        let mut freed = Vec::new();
        state.running -= 1;
        state.bytes -= program.task_bytes(task);
        for (step, value) in program.task(task).zip(values) {
            if state.uses[step] > 0 {
                state.bytes += program.value_bytes(step);
                state.values.insert(Register(step as u32), Arc::new(value));
            }
        }
        for operand in &self.graph.operands[task] {
            state.uses[operand.index()] -= 1;
            if state.uses[operand.index()] == 0 {
                state.bytes -= program.value_bytes(operand.index());
                freed.extend(state.values.remove(operand));
            }
        }
        for user in &self.graph.users[task] {
            let user = *user as usize;
            state.missing[user] -= 1;
            if state.missing[user] == 0 {
                state.ready.push(Reverse(user));
            }
        }
        state.done[task] = true;
        while state.done.get(state.frontier) == Some(&true) {
            state.frontier += 1;
        }
        // What the frontier has reached was foreseen.
        state.early = state.early.split_off(&(state.frontier + 1));
        state.work += program.task_work(task);
        let region = program.steps()[program.task(task).start].region;
        if let (Some(on_task), Some(begin), Some(end)) = (self.options.on_task, begin, end) {
            on_task(Span { task, region, begin, end });
        }
        if let Some(on_progress) = self.options.on_progress {
            let region = program.circuit().region_name(region);
            on_progress(Progress {
                done: state.work,
                total: self.total,
                region: &region,
                bytes: state.bytes,
            });
        }
        freed
    }
}
