/**
 * Texts to hold token estimates against, each of a kind that prompts are made of. The prose was written for this file; the
 * rest is generated, the same on every run. No run of one repeated character is long: byte-pair encoders are quadratic in it.
 */
export interface Corpus {
  readonly name: string
  readonly text: string
}

const english = `The harbour was quiet when the ferry came in, later than anyone had promised and without its usual whistle. Two
men on the quay looked up from their coffee, decided that nothing about it concerned them, and went back to arguing over the
price of diesel. Maria waited until the last passenger had left before she walked down the ramp. She had practised what she
would say on the train, then again on the bus, and all of it had sounded reasonable; now, with the smell of salt and hot
metal in the air, she could not remember a single sentence. "You could have written," her brother said. He was thinner than
she remembered, and he had shaved off the beard that their mother hated. "I could have," she answered, "but you would not
have read it." That made him laugh, which was more than she had hoped for. They carried the two suitcases between them, up
the hill and past the closed bakery, and for a while neither of them mentioned the house, the lawyer or the money.`

const instructions = `You are a careful assistant for the support team of a software company. Answer in the language of the
customer, keep answers under 200 words, and never promise a refund. When you don't know something, say so and offer to hand the
conversation over to a human. Use the search tool before you answer questions about prices, because they change every week.
Format lists as bullets; don't use tables. If the customer is angry: apologise once, summarise the problem in one sentence, then
propose the next step. Today's ticket (#48213) is about a failed invoice: the payment of $1,249.50 was declined on 3 March 2026 at
14:05 UTC, the retry on 5 March succeeded, but the account is still locked. Please write the reply, then list the internal notes.`

const german = `Der Zug nach Kopenhagen hatte wieder einmal Verspätung, und im Großraumwagen war die Klimaanlage ausgefallen. Trotzdem
beschwerte sich niemand; man kannte sich inzwischen, teilte belegte Brötchen und Zeitungen, und ein pensionierter Lehrer erklärte
den Kindern, warum Brücken im Sommer länger werden. Die Geschwindigkeitsbegrenzung auf der alten Strecke, sagte der Schaffner, sei
nur vorübergehend. Das hatte er allerdings schon im vergangenen Jahr gesagt. Können Sie mir bitte erläutern, weshalb die
Rückerstattung für den Übernachtungsgutschein nicht überwiesen wurde?`

const french = `Le marché s'installe avant l'aube, quand les réverbères éclairent encore les façades de la place. Les maraîchers
déchargent leurs cageots en silence, puis quelqu'un allume une radio et la journée commence vraiment. On y trouve des poires
tardives, du fromage de chèvre, des œufs encore tièdes, et parfois, au fond d'une camionnette, des livres d'occasion que personne
n'achète. Pourriez-vous résumer ce contrat en trois phrases et préciser les échéances qui s'appliquent à l'été prochain ?`

const polish = `Wczesnym rankiem mgła leżała jeszcze nad rzeką, a rybacy siedzieli na składanych krzesłach i milczeli. Najmłodszy z nich,
chłopiec może dziesięcioletni, próbował rozplątać żyłkę, która zahaczyła się o gałąź. Nikt mu nie pomagał, bo każdy wiedział, że
cierpliwości trzeba się nauczyć samemu. Proszę napisać krótkie podsumowanie zgłoszenia i wyjaśnić, dlaczego płatność została odrzucona.`

const vietnamese = `Buổi sáng ở phố cổ bắt đầu bằng tiếng rao của người bán xôi và mùi cà phê rang bay ra từ những quán nhỏ. Ông cụ hàng
xóm ngồi trước cửa đọc báo, thỉnh thoảng ngẩng lên chào người quen đi qua. Trời hôm nay không mưa nhưng cũng không nắng, thứ thời
tiết khiến người ta muốn đi bộ thật chậm. Xin hãy giúp tôi viết lại đoạn văn này cho ngắn gọn và dễ hiểu hơn.`

const chinese = `傍晚的时候,雨终于停了。街角的小店重新把桌子搬到门外,老板一边擦椅子一边和熟客聊天。卖花的姑娘数了数剩下的玫瑰,决定今天早点回家。
城市在雨后显得格外安静,只有公交车经过水坑时才会溅起一阵声音。我沿着河边慢慢走,想起很多年前也有这样一个晚上,父亲带我去看电影,
回来的路上他说,将来无论走到哪里,都要记得回家的路。请帮我总结下面这份合同的主要条款,并指出其中可能存在的法律风险。
如果数据库连接失败,系统应当在三秒之内切换到备用节点,同时记录错误日志并通知管理员。`

const traditionalChinese = `清晨的山路上還看得見昨夜的露水,登山的人三三兩兩地往上走,彼此並不交談。半山腰有一座小廟,廟前的老榕樹據說已經三百多歲。
管理員每天早上掃完落葉,就坐在樹下泡茶,看著霧氣慢慢散開。請協助我將這封電子郵件翻譯成英文,語氣要禮貌但不要過於正式,
並且保留所有的日期與金額。`

const japanese = `駅前の商店街は、平日の昼間になるとほとんど人通りがない。それでも古い喫茶店だけは、いつも三、四人の常連客が新聞を読みながら
コーヒーを飲んでいる。店主の田中さんは七十歳を過ぎているが、毎朝六時に起きて豆を焙煎するのが日課だという。「若い人にも来てほしい
けれど、このままでいいのかもしれない」と彼女は笑った。次の文章を読んで、重要なポイントを三つにまとめ、敬語を使って返信メールを
作成してください。サーバーのエラーログを確認したところ、データベースへの接続がタイムアウトしていました。`

const korean = `주말 아침 시장은 생각보다 조용했다. 생선 가게 아주머니는 얼음 위에 고등어를 가지런히 놓으면서 지나가는 사람들에게 인사를 건넸고,
과일 가게 앞에는 벌써 줄이 길게 늘어서 있었다. 나는 어머니가 적어 주신 쪽지를 몇 번이나 다시 읽었지만, 결국 두부를 사는 것을 잊어버렸다.
다음 보고서를 읽고 핵심 내용을 다섯 문장으로 요약해 주세요. 서버 오류가 발생하면 관리자에게 즉시 알림을 보내야 합니다.`

const arabic = `كان المقهى القديم في آخر الشارع يفتح أبوابه قبل الفجر، فيجلس فيه الصيادون يشربون الشاي ويتحدثون عن البحر والريح. وكان صاحب
المقهى يعرف كل واحد منهم باسمه، ويعرف من سيعود في المساء ومن سيتأخر. أما أنا فكنت أجلس قرب النافذة وأكتب رسائل لا أرسلها إلى أحد.
من فضلك لخص هذا التقرير في ثلاث فقرات قصيرة، واذكر الأرقام المهمة والمواعيد النهائية، ثم اقترح خطوات عملية لتحسين الخدمة.`

const hebrew = `בבוקר יום שישי השוק מתמלא באנשים, ריח של לחם טרי ותבלינים עולה מכל פינה. סבתא שלי הייתה מגיעה ראשונה, בוחרת עגבניות אחת אחת
ומתווכחת עם המוכר על המחיר, אף על פי ששניהם ידעו בדיוק איך זה ייגמר. אנא סכם את המסמך המצורף בשלוש נקודות והצע תשובה מנומסת ללקוח.`

const russian = `Поезд остановился посреди степи, и в вагоне сразу стало тихо. Проводница прошла по коридору, никому ничего не объясняя, и
закрыла за собой дверь. За окном лежал снег, далеко на горизонте мигал одинокий огонёк, и старик у окна сказал, что это, наверное,
метеостанция, где он работал сорок лет назад. Никто ему не ответил, но всем почему-то стало теплее. Пожалуйста, составьте краткое
изложение договора и укажите, какие обязательства возникают у каждой из сторон после окончания испытательного срока.`

const greek = `Το καλοκαίρι το νησί γεμίζει κόσμο, αλλά τον χειμώνα μένουν μόνο λίγες οικογένειες και οι γάτες του λιμανιού. Ο φούρναρης ανάβει
τον φούρνο πριν ξημερώσει και το ψωμί μυρίζει ως την πλατεία. Παρακαλώ γράψε μια σύντομη περίληψη της αναφοράς και πρότεινε τα επόμενα βήματα.`

const hindi = `गाँव के बाहर एक पुराना बरगद का पेड़ था, जिसके नीचे हर शाम बूढ़े लोग बैठकर बातें करते थे। बच्चे पास के मैदान में क्रिकेट खेलते और कभी-कभी
गेंद उनके बीच आ गिरती, तो कोई नाराज़ नहीं होता था। उस दिन बारिश होने वाली थी, हवा में मिट्टी की खुशबू थी और सब लोग जल्दी घर लौट रहे थे।
कृपया इस रिपोर्ट का सारांश तीन वाक्यों में लिखिए और बताइए कि ग्राहक की शिकायत का समाधान कैसे किया जा सकता है।`

const bengali = `নদীর ধারে ছোট্ট একটা চায়ের দোকান, বিকেল হলেই সেখানে পাড়ার লোকজন জড়ো হয়। কেউ খবরের কাগজ পড়ে, কেউ আবার চুপচাপ নৌকা দেখে। বৃষ্টি নামলে
সবাই টিনের চালের নিচে এসে দাঁড়ায় আর গল্প আরও জমে ওঠে। অনুগ্রহ করে এই প্রতিবেদনের সারসংক্ষেপ লিখুন।`

const tamil = `கடற்கரையில் மாலை நேரத்தில் குழந்தைகள் பட்டம் விட்டுக் கொண்டிருந்தார்கள். மீனவர்கள் வலைகளைச் சரிசெய்து விட்டு வீட்டுக்குத் திரும்பத் தயாரானார்கள்.
தயவுசெய்து இந்த அறிக்கையைச் சுருக்கமாக எழுதுங்கள்.`

const thai = `ตลาดเช้าริมคลองเริ่มคึกคักตั้งแต่ยังไม่สว่าง แม่ค้าพายเรือขายก๋วยเตี๋ยวและผลไม้ ส่วนเด็ก ๆ ก็รีบกินข้าวก่อนไปโรงเรียน คุณยายบอกว่าสมัยก่อนน้ำในคลองใสจนเห็นตัวปลา
กรุณาสรุปรายงานฉบับนี้เป็นสามข้อและเสนอแนวทางแก้ไขปัญหาให้ลูกค้า`

const typescript = `export async function fetchInvoices(client: Client, options: FetchOptions = {}): Promise<Invoice[]> {
  const { pageSize = 50, since, signal } = options
  const invoices: Invoice[] = []
  let cursor: string | undefined
  do {
    const page = await client.get<Page<Invoice>>('/v2/invoices', { query: { limit: pageSize, cursor, since }, signal })
    if (page.items.length === 0) break
    for (const item of page.items) {
      if (item.status !== 'void' && item.total > 0) invoices.push({ ...item, currency: item.currency ?? 'EUR' })
    }
    cursor = page.next_cursor
  } while (cursor !== undefined)
  return invoices.sort((a, b) => b.createdAt - a.createdAt)
}

// Rounds half away from zero, because that's what the tax office wants.
const roundCents = (value: number) => Math.sign(value) * Math.floor(Math.abs(value) * 100 + 0.5) / 100
`

const python = `import asyncio
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class Inventory:
    """Counts of items by warehouse; never negative."""

    stock: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def take(self, sku: str, count: int = 1) -> bool:
        if self.stock[sku] < count:
            raise ValueError(f"only {self.stock[sku]} of {sku!r} left, {count} wanted")
        self.stock[sku] -= count
        return True


async def main() -> None:
    results = await asyncio.gather(*(worker(i) for i in range(10)), return_exceptions=True)
    print({k: v for k, v in enumerate(results) if not isinstance(v, Exception)})
`

const sql = `SELECT c.id, c.name, COUNT(o.id) AS orders, SUM(o.total_cents) / 100.0 AS revenue
FROM customers AS c
LEFT JOIN orders AS o ON o.customer_id = c.id AND o.created_at >= DATE '2026-01-01'
WHERE c.country IN ('DE', 'AT', 'CH') AND c.deleted_at IS NULL
GROUP BY c.id, c.name
HAVING COUNT(o.id) > 3
ORDER BY revenue DESC NULLS LAST
LIMIT 100;
`

const markdown = `# Release notes

## 4.2.0 (2026-05-11)

* **Breaking:** \`connect()\` returns a promise; see [the guide](https://example.com/docs/migrate#connect).
* Fixed a leak in the pool when \`maxIdle\` was \`0\` (#1182, #1190)

| option | type | default |
|---|---|---|
| \`timeoutMs\` | number | 30_000 |
| \`retries\` | number | 2 |

1. Install: \`npm install @acme/client@latest\`
2. Run \`npx acme migrate --dry-run\`
`

const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Orders &mdash; Acme</title>
<link rel="stylesheet" href="/assets/app.3f9c1b.css"></head>
<body class="theme-dark"><nav id="top"><ul><li><a href="/orders?page=2&amp;sort=desc">Next</a></li></ul></nav>
<table><tr><td style="text-align:right">1,204.00</td><td><span class="badge badge--ok">paid</span></td></tr></table>
<script>window.__STATE__={"user":{"id":42,"roles":["admin"]}};</script></body></html>
`

/** Numbers in 0..2^32, the same on every run. Source: mulberry32, public domain. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

function drawn(count: number, seed: number, one: (next: () => number) => string): string {
  const next = numbers(seed)
  return Array.from({ length: count }, () => one(next)).join('')
}

const records = Array.from({ length: 12 }, (_, i) => ({
  id: 1_000 + i,
  name: `customer-${i}`,
  active: i % 3 !== 0,
  balance: i * 12.5,
  tags: ['north', 'retail'],
  address: { street: `${i} Main Street`, zip: `${10_115 + i}`, country: 'DE' },
}))

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const emoji = [
  '😀',
  '😂',
  '🥲',
  '🙏',
  '👍',
  '🎉',
  '🔥',
  '🚀',
  '💡',
  '❤️',
  '👩‍💻',
  '🇩🇪',
  '🧑🏽‍🔬',
  '🦀',
  '🛠️',
  '✅',
  '⚠️',
  '🏳️‍🌈',
  '🍕',
]

export const corpora: readonly Corpus[] = [
  { name: 'English prose', text: english },
  { name: 'English instructions', text: instructions },
  { name: 'German', text: german },
  { name: 'French', text: french },
  { name: 'Polish', text: polish },
  { name: 'Vietnamese', text: vietnamese },
  { name: 'Chinese', text: chinese },
  { name: 'traditional Chinese', text: traditionalChinese },
  { name: 'Japanese', text: japanese },
  { name: 'Korean', text: korean },
  { name: 'Arabic', text: arabic },
  { name: 'Hebrew', text: hebrew },
  { name: 'Russian', text: russian },
  { name: 'Greek', text: greek },
  { name: 'Hindi', text: hindi },
  { name: 'Bengali', text: bengali },
  { name: 'Tamil', text: tamil },
  { name: 'Thai', text: thai },
  { name: 'TypeScript', text: typescript },
  { name: 'Python', text: python },
  { name: 'SQL', text: sql },
  { name: 'Markdown', text: markdown },
  { name: 'HTML', text: html },
  { name: 'JSON', text: JSON.stringify(records) },
  { name: 'indented JSON', text: JSON.stringify(records, undefined, 2) },
  { name: 'emoji', text: drawn(200, 1, (next) => emoji[next() % emoji.length] ?? '') },
  { name: 'base64', text: drawn(1_500, 2, (next) => base64Digits.charAt(next() % 64)) },
  { name: 'hexadecimal', text: drawn(1_500, 3, (next) => (next() % 16).toString(16)) },
  { name: 'digits', text: drawn(1_500, 4, (next) => `${next() % 10}`) },
  { name: 'decimal numbers', text: drawn(200, 5, (next) => `${((next() % 1_000_000) / 100).toFixed(2)}, `) },
  { name: 'capitals', text: english.toUpperCase() },
  { name: 'spaces', text: english.replaceAll(' ', '      ') },
  { name: 'blank lines', text: english.replaceAll('. ', '.\n\n\n    ') },
  { name: 'random ASCII', text: drawn(1_500, 6, (next) => String.fromCharCode(32 + (next() % 95))) },
  { name: 'one repeated letter', text: 'a'.repeat(1_000) },
  { name: 'one repeated space', text: ' '.repeat(1_000) },
  { name: 'one repeated newline', text: '\n'.repeat(1_000) },
  { name: 'one repeated dash', text: '-'.repeat(1_000) },
  { name: 'one repeated ideograph', text: '好'.repeat(500) },
]
