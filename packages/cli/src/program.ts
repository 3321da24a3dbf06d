/** What to type in a folder of Sluice to call this program, for messages. */
export const program = 'npx sluice'
