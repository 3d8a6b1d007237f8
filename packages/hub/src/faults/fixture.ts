/** An experiment for tests: a delay on one process, running. */
import type { ExperimentRecord, TargetRecord } from './experiment-store.ts'

export function targetRecord(target: Partial<TargetRecord> = {}): TargetRecord {
  return {
    step: 0,
    node: 'shop@localhost',
    key: 'Shop/counter-0',
    pid: '<0.7.0>',
    leaseId: 'F-0001.1-00c0ffee',
    state: 'intended',
    code: '',
    firings: 0,
    injectedAtMs: null,
    recoveredAtMs: null,
    readBack: '',
    ...target,
  }
}

export function experimentRecord(record: Partial<ExperimentRecord> = {}): ExperimentRecord {
  const createdAtMs = record.createdAtMs ?? 1_764_400_000_000
  return {
    id: 'F-0001',
    name: '',
    by: 'loopback',
    status: 'running',
    endedBy: null,
    endedWhy: '',
    steps: [
      {
        fault: 'delay',
        target: { node: 'shop@localhost', pid: 'Shop/counter-0' },
        follow: 'dynamic',
        parameters: { delayMs: 250, jitterMs: 0, messageType: '' },
        when: null,
        durationMs: 60_000,
        maxFirings: 10_000,
      },
    ],
    arrangement: 'together',
    stop: { crashes: 100, intensityPercent: 80, mailbox: 10_000, lostMs: 2_000, handlingP99Ms: null },
    schedule: { kind: 'now' },
    seed: 7,
    ifRefused: 'run_rest',
    blastPercent: 25,
    routine: null,
    createdAtMs,
    startedAtMs: createdAtMs,
    endsAtMs: createdAtMs + 60_000,
    endedAtMs: null,
    nodes: ['shop@localhost'],
    label: 'counter-0',
    legs: [],
    firings: 0,
    touched: 0,
    dropped: 0,
    crashes: 0,
    resilience: null,
    targets: [targetRecord()],
    ...record,
  }
}
