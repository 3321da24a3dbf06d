/** The ladder as its owner sees it: a bar for each picture, as long as its bit rate, with its measured quality. */
import type { Rendition, Video } from '@sluice/contract'
import './ladder-picture.css'

export function LadderPicture({ video }: { video: Video }) {
  const pictures = video.renditions.filter(({ kind }) => kind === 'video')
  if (pictures.length === 0) return null
  const most = Math.max(...pictures.map(({ bitsPerSecond }) => bitsPerSecond))
  return (
    <details className="ladder">
      <summary>Encoded qualities</summary>
      <table>
        <caption>A bar is the average bit rate; its track is the most that the quality may take. SSIM compares with your file at that size: from 0.98 on the difference can hardly be seen.</caption>
        <thead>
          <tr>
            <th scope="col">Quality</th>
            <th scope="col">Bit rate</th>
            <th scope="col">SSIM</th>
          </tr>
        </thead>
        <tbody>
          {pictures.map((one) => (
            <tr key={one.id} data-complete={one.complete}>
              <th scope="row">{nameOf(one)}</th>
              <td>
                <svg className="ladder-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                  <rect className="ladder-cap" width={(one.bitsPerSecond / most) * 100} height="8" />
                  <rect className="ladder-rate" width={((one.averageBitsPerSecond ?? 0) / most) * 100} height="8" />
                </svg>
                {one.averageBitsPerSecond === undefined ? `at most ${rateText(one.bitsPerSecond)}` : rateText(one.averageBitsPerSecond)}
              </td>
              <td>{one.ssim?.toFixed(3) ?? (one.complete ? 'not measured yet' : 'not complete')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

const nameOf = ({ width, height, frameRate }: Rendition): string => `${width} × ${height}, ${Math.round(frameRate ?? 0)} fps`

const rateText = (bitsPerSecond: number): string =>
  bitsPerSecond >= 1e6 ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s` : `${Math.max(1, Math.round(bitsPerSecond / 1000))} kbit/s`
