export function installState(root: string): 'complete' | 'absent' | 'unfinished' | 'outdated'
