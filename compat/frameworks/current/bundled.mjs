// What a bundler is given: everything imported by name.
import '@riposte/monitor/register'
import express from 'express'
import multer from 'multer'
import pg from 'pg'
import app from '../apps/express.cjs'
import parts from '../apps/start.cjs'

await parts.start(app, { express, multer }, pg)
