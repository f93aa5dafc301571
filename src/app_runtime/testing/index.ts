/**
 * For the tests of applications and adapters: a whole application in memory, a clock to move by hand, and the promises of
 * each contract as plain cases.
 */
export { HandFedSourceError } from "./hand_fed_sources.ts";
export { type JournalPromise, journalPromises, type OpenJournal } from "./journal_promises.ts";
export { type LeasePromise, type LeasesUnderTest, leasePromises, type OpenLeases } from "./lease_promises.ts";
export { ManualClock, settlePromises } from "./manual_clock.ts";
export { MemoryJournal } from "./memory_journal.ts";
export { type OpenPeers, type PeerPromise, type PeersUnderTest, peerPromises } from "./peer_promises.ts";
export { type InMemoryApplication, type InMemoryOptions, runInMemory } from "./run_in_memory.ts";
export { sampleTask, taskId } from "./sample_task.ts";
export { SeededRandom } from "./seeded_random.ts";
export type { OpenQueue, QueueUnderTest, SuiteClock, TaskQueuePromise } from "./task_queue/queue_under_test.ts";
export { taskQueuePromises } from "./task_queue_promises.ts";
