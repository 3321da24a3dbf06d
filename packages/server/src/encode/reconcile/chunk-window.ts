/** How much of one video may lie in the queue at once. */

/** A long video has only so many chunks in the queue; each that is done enqueues the next empty one this far behind it. */
export const chunkWindow = 16
/** Of work that nobody waits for: it may take days, and must not fill the queue. */
export const backgroundWindow = 4
