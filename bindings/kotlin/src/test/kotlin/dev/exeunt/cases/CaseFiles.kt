package dev.exeunt.cases

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import java.io.File

/** The files that every language reads. */
internal object CaseFiles {
    private val folder = File(checkNotNull(System.getProperty("exeunt.cases")) { "exeunt.cases names no folder" })

    /** All cases of all files with their names. */
    fun all(): List<Pair<String, JsonElement>> {
        val files = folder.listFiles { file -> file.extension == "json" }.orEmpty().sorted()
        return files.flatMap { read(it) }
    }

    /** The cases whose expectations are wrong on purpose. */
    fun planted(): List<Pair<String, JsonElement>> = read(folder.resolve("planted/wrong.json"))

    /** The cases that every transport is run against. */
    fun transportFaults(): List<JsonElement> = folder.resolveSibling("transport/faults.json").let { parse(it) }

    /** The sign-outs that meet a fault. */
    fun signOuts(): List<JsonElement> = folder.resolveSibling("transport/sign_outs.json").let { parse(it) }

    /** The certificate that nobody trusts, and its key. */
    fun untrusted(): String = folder.resolveSibling("transport/untrusted.pem").readText()

    private fun read(file: File): List<Pair<String, JsonElement>> =
        parse(file).map { case -> Fields(case, file.name).text("name") to case }

    private fun parse(file: File): List<JsonElement> = Json.parseToJsonElement(file.readText()).list(file.name)
}
