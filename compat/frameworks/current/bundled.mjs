// What a bundler is given.
import '@riposte/monitor/register'
import express from 'express'
import multer from 'multer'
import pg from 'pg'
import app from '../apps/express.cjs'
import parts from '../apps/start.cjs'

void parts.start(app, { express, multer }, pg)
