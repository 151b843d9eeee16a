'use strict'

// A shop with a hole, in CommonJS. EXPRESS names the version; the SDK comes first.
require('@riposte/monitor/register')
const express = require(process.env.EXPRESS || 'express')
const pg = require('pg')
const { routes } = require('./routes.cjs')

routes(express, new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL || 5) }))
