/** The version of this package, as the hub tells agents and browsers. */
export const VERSION = '0.1.0'
