/** Is every frame of every kind of source in its place, in chunks and in single segments, as in a whole-file pass? */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { allClips, clip } from '../../packages/server/test/fixtures/clips.ts'
import { openRangeServer } from '../../packages/server/test/fixtures/range-server.ts'
import { checkExactness } from '../../packages/server/test/media/check-exactness.ts'
import { nastyClip, nastyClips } from '../../packages/server/test/media/nasty-clips.ts'
import type { Question } from '../question.ts'

export const question: Question = {
  name: 'exactness',
  question: 'Exactness: chunks and single segments against a whole-file pass',
  method:
    'Every file of the media folder beside the repository and every generated nasty clip goes through inspection, all chunks of the lowest and of one higher rendition ' +
    'and four single segments. Counted: files with a wrong frame count, uneven times, a decoder complaint or a picture that is not the one of the whole-file pass at its place. ' +
    'Refused files are not counted as played.',
  rounds: 1,
  async ask({ folder, say }) {
    const server = await openRangeServer()
    const real = allClips().map(({ file }) => clip(file)!)
    const found = { real: { played: 0, wrong: 0 }, nasty: { played: 0, wrong: 0 } }
    try {
      for (const [kind, paths] of [['nasty', nastyClips.map((each) => nastyClip(each))], ['real', real]] as const) {
        for (const path of paths) {
          const workDir = mkdtempSync(join(folder, 'exact-'))
          const { outcome, modes, faults } = await checkExactness(server.urlOf, path, workDir)
          rmSync(workDir, { recursive: true })
          if (outcome === 'plays' || outcome === 'sound only') found[kind].played++
          if (faults.length > 0) found[kind].wrong++
          const filled = modes.includes('fill') ? ', filled' : ''
          say(`${path.split('/').at(-1)}: ${outcome}${filled}${faults.map((fault) => `\n    ${fault}`).join('')}`)
        }
      }
    } finally {
      await server.close()
    }
    const rows = (['real', 'nasty'] as const).map((kind) => ({ name: `${kind} files (${found[kind].played} play)`, samples: [found[kind].wrong] }))
    return [{ title: 'Files with a frame that is not exact', unit: 'files', better: 'lower', rows }]
  },
}
