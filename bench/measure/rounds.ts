/** Interleaved rounds: A B, B A, A B … so that what changes on the machine meanwhile meets all contenders alike. */

export type Contender = { name: string; sample: (round: number) => Promise<number> }

/** The samples of each contender, in the order of the contenders. */
export async function interleave(contenders: Contender[], rounds: number, say: (line: string) => void): Promise<{ name: string; samples: number[] }[]> {
  const rows = contenders.map(({ name }) => ({ name, samples: [] as number[] }))
  for (let round = 0; round < rounds; round++) {
    const order = contenders.map((_, index) => index)
    if (round % 2 === 1) order.reverse()
    for (const index of order) {
      const sample = await contenders[index]!.sample(round)
      rows[index]!.samples.push(sample)
      say(`round ${round + 1}/${rounds} ${contenders[index]!.name}: ${Number(sample.toPrecision(4))}`)
    }
  }
  return rows
}
