'use strict'

require('@riposte/monitor/register')
const { exec, execSync, execFile, execFileSync, spawn, spawnSync } = require('node:child_process')
const dns = require('node:dns')
const fs = require('node:fs')
const promises = require('node:fs/promises')
const { request } = require('node:http')
const vm = require('node:vm')
const { Worker } = require('node:worker_threads')
const { serve } = require('./node-routes.cjs')

serve({ fs, promises, exec, execSync, execFile, execFileSync, spawn, spawnSync, vm, Worker, request, dns })
