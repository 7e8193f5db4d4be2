//! The one writer: a thread that takes what waits, up to a limit, into one IMMEDIATE transaction with
//! a savepoint each, so that many small writes cost one flush to disk. Nobody is answered before the
//! commit.

use super::swap::Guest;
use super::{StoreError, Transaction};
use rusqlite::{Connection, TransactionBehavior};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Most writes in one transaction.
const GROUP: usize = 64;

const SAVEPOINT: &str = "SAVEPOINT job";
const RELEASE: &str = "RELEASE job";
const ROLL_BACK: &str = "ROLLBACK TO job; RELEASE job";

/// Tells the asker what became of its write, given how the commit went.
type Deliver = Box<dyn FnOnce(Option<StoreError>) + Send>;

struct Ran {
    keep: bool,
    deliver: Deliver,
}

type Job = Box<dyn FnOnce(&Transaction<'_>) -> Ran + Send>;

pub(super) struct Writer {
    jobs: Sender<Job>,
}

impl Writer {
    pub(super) fn start(connection: Connection, guest: Arc<Guest>) -> Result<Writer, StoreError> {
        let (jobs, queue) = channel();
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                serve(connection, &queue);
                // The connection is closed by now.
                drop(guest);
            })
            .map_err(|e| StoreError::io("写入线程无法启动", e))?;
        Ok(Writer { jobs })
    }

    pub(super) fn ask<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        reply: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<(), StoreError> {
        let job = Box::new(move |tx: &Transaction<'_>| {
            let result = write(tx);
            let keep = result.is_ok();
            let deliver = Box::new(move |fault: Option<StoreError>| {
                reply(match fault {
                    Some(fault) if keep => Err(fault.into()),
                    _ => result,
                });
            });
            Ran { keep, deliver }
        });
        self.jobs.send(job).map_err(|_| StoreError::ended())
    }
}

fn serve(mut connection: Connection, queue: &Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let jobs: Vec<Job> = std::iter::once(first).chain(queue.try_iter().take(GROUP - 1)).collect();
        run_group(&mut connection, jobs);
    }
}

fn run_group(connection: &mut Connection, jobs: Vec<Job>) {
    let mut delivers = Vec::with_capacity(jobs.len());
    let done = commit_all(connection, jobs, &mut delivers);
    let fault = done.err();
    for deliver in delivers {
        deliver(fault.clone());
    }
}

fn commit_all(connection: &mut Connection, jobs: Vec<Job>, delivers: &mut Vec<Deliver>) -> Result<(), StoreError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in jobs {
        tx.execute_batch(SAVEPOINT)?;
        // A panic drops the asker's reply channel, which tells it that nothing was kept.
        match catch_unwind(AssertUnwindSafe(|| job(&tx))) {
            Ok(Ran { keep: true, deliver }) => {
                delivers.push(deliver);
                tx.execute_batch(RELEASE)?;
            }
            Ok(Ran { keep: false, deliver }) => {
                delivers.push(deliver);
                tx.execute_batch(ROLL_BACK)?;
            }
            Err(_) => tx.execute_batch(ROLL_BACK)?,
        }
    }
    tx.commit()?;
    Ok(())
}
