import type { Feature, Hit } from './hit.ts'

/** Scripts without spaces: verb and noun in one sentence, in either order as the language has it; all distances are bounded. */
const patterns: readonly (readonly [Feature, number, RegExp])[] = [
  [
    'override',
    0.72,
    /(?:忽略|无视|無視|忽視|忘记|忘掉|忘記|不要理会|不要理會|抛开|放弃|绕过|不要遵守|不再遵守|停止遵循)[^。！？\n]{0,16}?(?:之前|以上|上面|先前|前面|所有|全部|原来|系统|你的|您的)[^。！？\n]{0,10}?(?:指令|指示|提示|规则|規則|设定|設定|命令|要求|限制|内容)/g,
  ],
  [
    'override',
    0.72,
    /(?:これまで|以前|上記|前|今まで|すべて|全て|システム|あなた|元)[^。！？\n]{0,12}?(?:指示|命令|ルール|プロンプト|設定|制約|指令)[^。！？\n]{0,10}?(?:無視|忘れ|破棄|従わない|従わず|無効|取り消)/g,
  ],
  [
    'override',
    0.72,
    /(?:이전|위의|앞의|모든|기존|시스템)[^.!?\n]{0,12}?(?:지시|명령|규칙|프롬프트|지침)[^.!?\n]{0,10}?(?:무시|잊어|따르지|버려)/g,
  ],
  [
    'extract',
    0.62,
    /(?:显示|輸出|输出|告诉我|告訴我|透露|重复|重複|打印|说出|泄露|复述|给我看)[^。！？\n]{0,14}?(?:系统提示|系統提示|提示词|提示詞|初始指令|隐藏指令|系统指令|你的指令|内部指令|原始指令)/g,
  ],
  [
    'extract',
    0.62,
    /(?:システムプロンプト|初期プロンプト|内部の?指示|隠された指示|あなたへの指示|システムメッセージ|最初の指示)[^。！？\n]{0,12}?(?:表示|教えて|出力|見せて|公開|繰り返|開示|明かし)/g,
  ],
  [
    'role',
    0.42,
    /(?:你现在是|你現在是|从现在开始，?你|從現在開始，?你)[^。！？\n]{0,30}?(?:没有|沒有|不受|无|任何|解除)[^。！？\n]{0,8}?(?:限制|约束|規則|规则|过滤|道德)/g,
  ],
  [
    'role',
    0.5,
    /(?:あなたは今から|今からあなたは|これからあなたは)[^。！？\n]{0,30}?(?:制限|ルール|フィルター|制約)[^。！？\n]{0,6}?(?:ない|なし|ありません|解除)/g,
  ],
  [
    'secret',
    0.5,
    /(?:告诉我|显示|输出|泄露|发送)[^。！？\n]{0,10}?(?:你的|系统|所有|数据库)[^。！？\n]{0,6}?(?:密码|密钥|口令|凭证)/g,
  ],
  ['secret', 0.5, /(?:パスワード|APIキー|api ?キー|認証情報|秘密鍵)[^。！？\n]{0,10}?(?:教えて|表示|出力|送信)/g],
  [
    'conceal',
    0.4,
    /(?:不要|不得|别)(?:告诉|提及|通知|让)[^。！？\n]{0,6}?(?:用户|使用者)|(?:ユーザー|利用者)に(?:は)?(?:言わない|知らせない|伝えない|教えない)/g,
  ],
  [
    'addressed',
    0.4,
    /(?:如果你是|致)[^。！？\n]{0,6}?(?:AI|ai|人工智能|语言模型|助手)|(?:これを読む|この文書を読んでいる|この文章を読む)[^。！？\n]{0,6}?(?:AI|ai|アシスタント|モデル)|(?:AI|ai)(?:アシスタント|モデル)(?:へ|への)/g,
  ],
]

const isEastAsian = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/
/** Of those who talk about it. */
const quoted = /[「『“"《]/

export function readEastAsian(text: string): Hit[] {
  if (!isEastAsian.test(text)) return []
  const hits: Hit[] = []
  for (const [feature, weight, pattern] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const isQuoted = quoted.test(text.slice(Math.max(0, match.index - 2), match.index))
      hits.push({
        feature,
        weight: isQuoted ? weight * 0.3 : weight,
        start: match.index,
        end: match.index + match[0].length,
      })
      if (hits.length >= 100) return hits
    }
  }
  return hits
}
