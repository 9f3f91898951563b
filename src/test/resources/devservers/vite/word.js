export const word = 'before'
