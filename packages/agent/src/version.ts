/** The agent's own version, shown on every node and in every report. */
export const AGENT_VERSION = '0.1.0'
/** The runtime's, as the packages are released together. */
export const RUNTIME_VERSION = AGENT_VERSION
