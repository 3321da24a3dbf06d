/** Captions from anywhere become clean WebVTT, or are refused with the line that is wrong. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanCueText } from '../../src/media/captions/clean-cue-text.ts'
import { CaptionsRefused, parseCaptions } from '../../src/media/captions/parse-captions.ts'
import { shiftCues, writeWebvtt } from '../../src/media/captions/write-webvtt.ts'

const rewrite = (text: string, strict = true) => writeWebvtt(parseCaptions(text, { strict }))
const refused = (text: string, message: RegExp) =>
  assert.throws(() => parseCaptions(text, { strict: true }), (error) => error instanceof CaptionsRefused && message.test(error.message))

test('SubRip as it comes from Windows becomes WebVTT', () => {
  const srt = '\ufeff1\r\n00:00:01,500 --> 00:00:03,000\r\n<i>Hello</i> {\\an8}<font color="red">you & me</font>\r\nsecond line\r\n\r\n2\r\n00:01:00,000 --> 01:00:02,5\r\n3 < 4 --> no\r\n'
  assert.equal(rewrite(srt), 'WEBVTT\n\n00:00:01.500 --> 00:00:03.000\n<i>Hello</i> you &amp; me\nsecond line\n\n00:01:00.000 --> 01:00:02.500\n3 &lt; 4 --&gt; no\n')
})

test('WebVTT keeps placing, voices and emphasis; styles, regions, notes, classes and links go', () => {
  const vtt = `WEBVTT - a title
Kind: captions

STYLE
::cue { background: url(http://example.org/x) }

REGION
id:r1

NOTE
not for viewers

intro
00:01.000 --> 00:02.000 align:start position:10% region:r1 line:-1 evil:1
<v Ada Lovelace>Well <c.loud>now</c></v> <00:01.500><b>bold

05:00.000 --> 05:01.000
<script>alert(1)</script><a href="javascript:x">link</a> &lt;b&gt; &nbsp;x
`
  assert.equal(
    rewrite(vtt),
    'WEBVTT\n\n00:00:01.000 --> 00:00:02.000 align:start position:10% line:-1\n<v Ada Lovelace>Well now</v> <b>bold</b>\n\n' +
      '00:05:00.000 --> 00:05:01.000\nalert(1)link &lt;b&gt; \u00a0x\n',
  )
})

test('what is rewritten stays as it is when it is read again', () => {
  const once = rewrite('WEBVTT\n\n00:02.000 --> 00:03.000\n<i><b>x</i> &amp;lt; y</b>\n\n00:00.000 --> 00:01.000 size:50%\n<ruby>a<rt>b\n')
  assert.equal(rewrite(once), once)
  assert.match(once, /<i><b>x<\/b><\/i> &amp;lt; y/)
  assert.ok(once.indexOf('00:00:00.000') < once.indexOf('00:00:02.000'), 'by start')
})

test('what is no captions is refused, with the line', () => {
  refused('', /no cues/)
  refused('<html><body>Hello</body></html>', /line 1/)
  refused('#EXTM3U\n#EXT-X-ENDLIST\n', /line 1/)
  refused('WEBVTT\n\n00:02.000 --> 00:01.000\nbackwards\n', /line 3: .*before it starts/)
  refused('WEBVTT\n\n00:01.000 --> 99:99.000\nx\n', /line 3: times/)
  refused('WEBVTT\n\n00:01.000 --> 00:02.000\nok\n\nstray words\n', /line 6: text without times/)
  refused(`WEBVTT\n\n00:01.000 --> 00:02.000\n${'x'.repeat(5000)}\n`, /characters/)
  refused('WEBVTT\n\n' + '00:01.000 --> 00:02.000\nx\n\n'.repeat(20_001), /more than 20000/)
  refused('x'.repeat(2_000_001), /longer/)
  refused('WEBVTT\n\nNOTE nothing else\n', /no cues/)
})

test('what a program wrote is taken as far as it goes', () => {
  assert.equal(parseCaptions('WEBVTT\n\n00:01.000 --> 00:02.000\nfirst\n\nrest after a blank line\n\nx --> y\nz\n', { strict: false }).length, 1)
})

test('hostile shapes are read in linear time', () => {
  const shapes = ['<'.repeat(4000), '<v '.repeat(1300), '&amp'.repeat(900), '<b>'.repeat(1300), `<${'a.'.repeat(1990)}`, '{\\'.repeat(1900)]
  const text = 'WEBVTT\n\n' + Array.from({ length: 480 }, (_, n) => `00:01.000 --> 00:02.000\nx${shapes[n % shapes.length]}\n\n`).join('')
  const started = process.cpuUsage().user
  parseCaptions(text.slice(0, 1_900_000), { strict: false })
  assert.ok(process.cpuUsage().user - started < 5_000_000, 'microseconds of CPU')
})

test('markup of cues is balanced and short', () => {
  assert.equal(cleanCueText('</i>a<b><i>b</b>c'), 'a<b><i>b</i></b>c')
  assert.equal(cleanCueText('<rt>a</rt>'), 'a')
  assert.equal(cleanCueText('a\n \n<b></b>\nb'), 'a\n<b></b>\nb')
  assert.equal(cleanCueText(' <b> </b> '), '')
  assert.equal(cleanCueText('<v a>b>x'), '<v a>b&gt;x</v>')
  assert.equal(cleanCueText('a < b'), 'a &lt; b')
})

test('cues are shifted with the picture', () => {
  const cues = parseCaptions('WEBVTT\n\n00:01.000 --> 00:02.000\na\n\n00:02.500 --> 00:04.000\nb\n', { strict: true })
  assert.deepEqual(shiftCues(cues, -3).map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds]), [[0, 1]])
})
