import { vaultFunctions } from '../files/windows-vault.ts'

/**
 * Looks at every part of the path, copies what is there sealed while nobody may write to it, reads the copy back, moves the file aside
 * in one step, looks at it again there, and only then removes it. Whoever reads the vault sees bytes that are no program and no text.
 */
export const quarantineScript = `# quarantine a file
${vaultFunctions}
function Stop-With($state, $detail) { Say @{ state = $state; detail = [string]$detail }; exit 0 }
$path = $asked.path
$at = [IO.Path]::GetPathRoot($path)
foreach ($part in $path.Substring($at.Length).Split([char]92)) {
  $at = [IO.Path]::Combine($at, $part)
  try { $seen = [IO.File]::GetAttributes($at) } catch [IO.IOException] { Stop-With 'gone' $at } catch [UnauthorizedAccessException] { Stop-With 'denied' $at }
  if ($seen -band [IO.FileAttributes]::ReparsePoint) { Stop-With 'link' $at }
}
if ($seen -band [IO.FileAttributes]::Directory) { Stop-With 'folder' $at }
$rights = New-Object Security.AccessControl.DirectorySecurity
$rights.SetSecurityDescriptorSddlForm('O:BAG:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)')
[void][IO.Directory]::CreateDirectory($asked.vault, $rights)
$entry = [IO.Path]::Combine($asked.vault, $asked.id)
if ([IO.Directory]::Exists("$entry.partial")) { [IO.Directory]::Delete("$entry.partial", $true) }
[void][IO.Directory]::CreateDirectory("$entry.partial", $rights)
function Give-Up($state, $detail) { [IO.Directory]::Delete("$entry.partial", $true); Stop-With $state $detail }
$info = New-Object IO.FileInfo $path
$drive = New-Object IO.DriveInfo ([IO.Path]::GetPathRoot($asked.vault))
if ($drive.AvailableFreeSpace -lt $info.Length + 1048576) { Give-Up 'no_room' $drive.AvailableFreeSpace }
$acl = Get-Acl -LiteralPath $path
$record = @{ actionId = $asked.id; path = $path; at = $asked.at; size = $info.Length; sddl = $acl.Sddl; attributes = [int]$info.Attributes;
  created = [string]$info.CreationTimeUtc.ToFileTimeUtc(); modified = [string]$info.LastWriteTimeUtc.ToFileTimeUtc(); accessed = [string]$info.LastAccessTimeUtc.ToFileTimeUtc();
  key = $asked.key; iv = $asked.iv; streams = @() }
foreach ($stream in @(Get-Item -LiteralPath $path -Stream * -Force | Where-Object { $_.Stream -ne ':$DATA' })) {
  if ($stream.Length -gt 1048576) { Give-Up 'streams' $stream.Stream }
  $bytes = [byte[]]@(Get-Content -LiteralPath $path -Stream $stream.Stream -Encoding Byte -ReadCount 0)
  $record.streams += @{ name = $stream.Stream; base64 = [Convert]::ToBase64String($bytes) }
}
$aes = [Security.Cryptography.Aes]::Create()
$aes.Key = [Convert]::FromBase64String($asked.key)
$aes.IV = [Convert]::FromBase64String($asked.iv)
$sealed = [IO.Path]::Combine("$entry.partial", 'content.sealed')
$buffer = New-Object byte[] 1048576
try { $in = [IO.File]::Open($path, 'Open', 'Read', 'Read') } catch [UnauthorizedAccessException] { Give-Up 'denied' $path } catch [IO.IOException] { Give-Up 'written' $path }
try {
  $sha = [Security.Cryptography.SHA256]::Create()
  $out = [IO.File]::Open($sealed, 'CreateNew', 'Write', 'None')
  try {
    $crypto = New-Object Security.Cryptography.CryptoStream($out, $aes.CreateEncryptor(), 'Write')
    while (($n = $in.Read($buffer, 0, $buffer.Length)) -gt 0) { [void]$sha.TransformBlock($buffer, 0, $n, $null, 0); $crypto.Write($buffer, 0, $n) }
    [void]$sha.TransformFinalBlock($buffer, 0, 0)
    $crypto.FlushFinalBlock()
    $out.Flush($true)
  } finally { $out.Dispose() }
} finally { $in.Dispose() }
$record.sha256 = [BitConverter]::ToString($sha.Hash).Replace('-', '').ToLower()
if ($asked.sha256 -and $asked.sha256 -ne $record.sha256) { Give-Up 'other_content' $record.sha256 }
$back = [IO.File]::Open($sealed, 'Open', 'Read', 'Read')
try {
  $plain = New-Object Security.Cryptography.CryptoStream($back, $aes.CreateDecryptor(), 'Read')
  $again = [BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($plain)).Replace('-', '').ToLower()
} finally { $back.Dispose() }
if ($again -ne $record.sha256) { Give-Up 'not_whole' $sealed }
$record.sealedSha256 = HashOf $sealed
[IO.File]::WriteAllText([IO.Path]::Combine("$entry.partial", 'record.json'), (ConvertTo-Json -InputObject $record -Compress -Depth 4))
[IO.Directory]::Move("$entry.partial", $entry)
function Take-Back($state, $detail) { [IO.Directory]::Move($entry, "$entry.partial"); Give-Up $state $detail }
try { [IO.File]::Move($path, $asked.aside) } catch { Take-Back 'in_use' $path }
$same = $false
try { $same = (HashOf $asked.aside) -eq $record.sha256 } catch { }
if (-not $same) { [IO.File]::Move($asked.aside, $path); Take-Back 'changed' $path }
try { [IO.File]::SetAttributes($asked.aside, 'Normal'); [IO.File]::Delete($asked.aside) }
catch { [IO.File]::SetAttributes($asked.aside, [IO.FileAttributes]$record.attributes); [IO.File]::Move($asked.aside, $path); Take-Back 'in_use' $path }
Say @{ state = 'quarantined'; record = (Told $record); occupied = [IO.File]::Exists($path) }
`
