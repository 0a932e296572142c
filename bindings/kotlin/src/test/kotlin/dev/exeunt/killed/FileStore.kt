package dev.exeunt.killed

import dev.exeunt.Change
import dev.exeunt.Commit
import dev.exeunt.Guarantee
import dev.exeunt.Secret
import dev.exeunt.SessionStore
import dev.exeunt.cases.ScriptedStore
import dev.exeunt.cases.StoreFaults
import dev.exeunt.cases.textMap
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import kotlin.io.path.readText
import kotlin.io.path.writeText

/** A store in one file, which a commit replaces as a whole: a killed process leaves what it had committed. */
internal class FileStore(
    private val file: Path,
) : SessionStore {
    var entries: Map<String, String>
        get() = Json.parseToJsonElement(file.readText()).textMap("store")
        set(value) {
            val next = Files.createTempFile(file.parent, "store", null)
            next.writeText(JsonObject(value.mapValues { JsonPrimitive(it.value) }).toString())
            Files.move(next, file, ATOMIC_MOVE)
        }

    override fun keys(prefix: String): List<String> = entries.keys.filter { it.startsWith(prefix) }

    override fun read(keys: List<String>): List<Secret?> =
        entries.let { all -> keys.map { key -> all[key]?.let(::Secret) } }

    @Synchronized
    override fun commit(change: Change): Commit {
        val all = entries
        if (change.require.any { all[it.key] != it.value?.reveal() }) return Commit.CONFLICT
        entries = all + change.write.associate { it.key to it.value.reveal() } - change.remove.toSet()
        return Commit.COMMITTED
    }

    override fun guarantee(): Guarantee = Guarantee.ATOMIC

    /** What exeunt wrote becomes older. */
    fun timePasses(seconds: Int) {
        entries = ScriptedStore(entries, StoreFaults.NONE).also { it.timePasses(seconds) }.entries
    }
}
