import '@riposte/monitor/register'
import { exec, execFile, execFileSync, execSync, spawn, spawnSync } from 'node:child_process'
import dns from 'node:dns'
import { copyFile, createReadStream, existsSync, readFile, readFileSync, rename } from 'node:fs'
import * as promises from 'node:fs/promises'
import { request } from 'node:http'
import vm from 'node:vm'
import { Worker } from 'node:worker_threads'
import routes from './node-routes.cjs'

const fs = { copyFile, createReadStream, existsSync, readFile, readFileSync, rename }
routes.serve({ fs, promises, exec, execSync, execFile, execFileSync, spawn, spawnSync, vm, Worker, request, dns })
