import { vaultFunctions } from '../files/windows-vault.ts'

/** A whole file beside the place, compared with what was recorded before it gets the name; a move never goes over something. */
export const restoreScript = `# restore a file
${vaultFunctions}
function Stop-With($state, $detail) { Say @{ state = $state; detail = [string]$detail }; exit 0 }
$entry = [IO.Path]::Combine($asked.vault, $asked.quarantine)
$r = ReadRecord $entry
if ($null -eq $r) { Stop-With 'no_entry' '' }
$path = $r.path
$folder = [IO.Path]::GetDirectoryName($path)
$at = [IO.Path]::GetPathRoot($path)
foreach ($part in $folder.Substring($at.Length).Split([char]92)) {
  if ($part -eq '') { continue }
  $at = [IO.Path]::Combine($at, $part)
  if (-not [IO.Directory]::Exists($at)) { Stop-With 'no_folder' $at }
  if ([IO.File]::GetAttributes($at) -band [IO.FileAttributes]::ReparsePoint) { Stop-With 'link' $at }
}
if ([IO.File]::Exists($path) -or [IO.Directory]::Exists($path)) { Stop-With 'occupied' $path }
$sealed = [IO.Path]::Combine($entry, 'content.sealed')
if (-not [IO.File]::Exists($sealed) -or (HashOf $sealed) -ne $r.sealedSha256) { Stop-With 'changed' $path }
$draft = [IO.Path]::Combine($folder, '.riposte-restore-' + $asked.id)
function Give-Up($state, $detail) { [IO.File]::SetAttributes($draft, 'Normal'); [IO.File]::Delete($draft); Stop-With $state $detail }
if ([IO.File]::Exists($draft)) { [IO.File]::SetAttributes($draft, 'Normal'); [IO.File]::Delete($draft) }
$aes = [Security.Cryptography.Aes]::Create()
$aes.Key = [Convert]::FromBase64String($r.key)
$aes.IV = [Convert]::FromBase64String($r.iv)
$in = [IO.File]::Open($sealed, 'Open', 'Read', 'Read')
try {
  $out = [IO.File]::Open($draft, 'CreateNew', 'Write', 'None')
  try {
    $plain = New-Object Security.Cryptography.CryptoStream($in, $aes.CreateDecryptor(), 'Read')
    $plain.CopyTo($out, 1048576)
    $out.Flush($true)
  } finally { $out.Dispose() }
} finally { $in.Dispose() }
if ((HashOf $draft) -ne $r.sha256) { Give-Up 'changed' $path }
foreach ($stream in $r.streams) { Set-Content -LiteralPath $draft -Stream $stream.name -Encoding Byte -Value ([Convert]::FromBase64String($stream.base64)) }
$acl = New-Object Security.AccessControl.FileSecurity
$acl.SetSecurityDescriptorSddlForm($r.sddl)
Set-Acl -LiteralPath $draft -AclObject $acl
$info = New-Object IO.FileInfo $draft
$info.CreationTimeUtc = [DateTime]::FromFileTimeUtc([int64]$r.created)
$info.LastWriteTimeUtc = [DateTime]::FromFileTimeUtc([int64]$r.modified)
$info.LastAccessTimeUtc = [DateTime]::FromFileTimeUtc([int64]$r.accessed)
$info.Attributes = [IO.FileAttributes]$r.attributes
$info.Refresh()
$differences = @()
if ((Get-Acl -LiteralPath $draft).Sddl -ne $r.sddl) { $differences += 'owner and rights' }
if ([int]$info.Attributes -ne $r.attributes) { $differences += 'attributes' }
if ([string]$info.CreationTimeUtc.ToFileTimeUtc() -ne $r.created) { $differences += 'time of creation' }
if ([string]$info.LastWriteTimeUtc.ToFileTimeUtc() -ne $r.modified) { $differences += 'time of change' }
$names = @(Get-Item -LiteralPath $draft -Stream * -Force | Where-Object { $_.Stream -ne ':$DATA' } | ForEach-Object { $_.Stream })
if (Compare-Object @($r.streams | ForEach-Object { $_.name }) $names) { $differences += 'streams' }
if ($differences.Count -gt 0) { Give-Up 'not_as_it_was' ($differences -join ', ') }
try { [IO.File]::Move($draft, $path) } catch { Give-Up 'occupied' $path }
[IO.Directory]::Move($entry, "$entry.partial")
[IO.Directory]::Delete("$entry.partial", $true)
Say @{ state = 'restored'; record = (Told $r) }
`
