'use strict'

// One app, in CommonJS: APP names it. The SDK comes first; PLAIN leaves it out.
if (!process.env.PLAIN) require('@riposte/monitor/register')
const pg = require('pg')
const app = require(`../apps/${process.env.APP}.cjs`)
const { start } = require('../apps/start.cjs')

void start(app, Object.fromEntries(app.modules.map((name) => [name, require(name)])), pg)
