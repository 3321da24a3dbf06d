/** The mark: a sluice gate's bars, with water behind them. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg className="logo" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect className="logo-ground" width="32" height="32" rx="8" />
      <path d="M8 7v18M16 7v18M24 7v18" stroke="#fff" strokeOpacity=".38" strokeWidth="3" strokeLinecap="round" />
      <path d="M8 18v7M16 12v13M24 15v10" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
    </svg>
  )
}
