/** A bar that fills, and a gauge that rises: the picture of a video on its way. */
import './progress.css'

type Props = { fraction: number | undefined; label: string; isCalm?: boolean }

/** `fraction` undefined: something happens, nobody knows how long. */
export function ProgressBar({ fraction, label, isCalm = false }: Props) {
  return (
    <div
      className="progress"
      data-unknown={fraction === undefined}
      data-calm={isCalm}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={fraction === undefined ? undefined : Math.floor(fraction * 100)}
    >
      <div className="progress-fill" style={fraction === undefined ? undefined : { transform: `scaleX(${Math.min(1, Math.max(0, fraction))})` }} />
    </div>
  )
}

/** Water rising behind the gate's bars. Decoration: the words stand beside it. */
export function Gauge({ fraction }: { fraction: number }) {
  const level = 92 - Math.min(1, Math.max(0, fraction)) * 80
  return (
    <svg className="gauge" viewBox="0 0 120 100" aria-hidden="true" focusable="false">
      <clipPath id="gauge-basin">
        <rect x="6" y="6" width="108" height="88" rx="12" />
      </clipPath>
      <g clipPath="url(#gauge-basin)">
        <rect className="gauge-basin" x="6" y="6" width="108" height="88" />
        <g className="gauge-water" style={{ transform: `translateY(${level}px)` }}>
          <path className="gauge-wave" d="M-60 6c15-8 25 8 40 0s25 8 40 0 25 8 40 0 25 8 40 0 25 8 40 0 25 8 40 0v110H-60z" />
        </g>
      </g>
      <path className="gauge-bars" d="M33 16v68M60 16v68M87 16v68" />
    </svg>
  )
}
