/** How a place in a file reads to a person, the same wherever a stack is mapped: in its node, or at the hub. */
export { type FunctionNames, functionNames } from './function-names.ts'
export { ownerOf } from './owner.ts'
