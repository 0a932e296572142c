package dev.exeunt.cases

import dev.exeunt.Change
import dev.exeunt.Commit
import dev.exeunt.Guarantee
import dev.exeunt.HostException
import dev.exeunt.Secret
import dev.exeunt.SessionStore
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.longOrNull

/** An atomic store in memory that fails where the case says so. */
internal class ScriptedStore(
    entries: Map<String, String>,
    var faults: StoreFaults,
) : SessionStore {
    val entries = entries.toMutableMap()
    private val calls = mutableMapOf<String, Int>()

    override fun keys(prefix: String): List<String> {
        fault("keys")
        return entries.keys.filter { it.startsWith(prefix) }
    }

    override fun read(keys: List<String>): List<Secret?> {
        val fault = fault("read")
        val values = keys.map { key -> entries[key]?.let { Secret(it) } }
        return if (fault == "short") values.dropLast(1) else values
    }

    override fun commit(change: Change): Commit {
        if (fault("commit") == "conflict") return Commit.CONFLICT
        if (change.require.any { entries[it.key] != it.value?.reveal() }) return Commit.CONFLICT
        change.write
            .filterNot { entry -> faults.ignoresWrites.any { entry.key.startsWith(it) } }
            .forEach { entries[it.key] = it.value.reveal() }
        change.remove
            .filterNot { key -> faults.ignoresRemovals.any { key.startsWith(it) } }
            .forEach { entries.remove(it) }
        return Commit.COMMITTED
    }

    override fun guarantee(): Guarantee {
        fault("guarantee")
        return faults.guarantee
    }

    /** Ages what is ours: every time in it moves into the past, by names and types alone. */
    fun timePasses(seconds: Int) {
        entries.filterKeys { it.startsWith("exeunt.") }.forEach { (key, text) ->
            val value = runCatching { Json.parseToJsonElement(text) }.getOrNull()
            if (value is JsonObject) entries[key] = older(value, seconds).toString()
        }
        // The index of a server has its times in its keys.
        val renamed = entries.filterKeys(IN_INDEX::matches)
        renamed.keys.forEach(entries::remove)
        renamed.forEach { (key, text) ->
            val (index, time, rest) = IN_INDEX.matchEntire(key)!!.destructured
            entries[index + "%012d".format((time.toLong() - seconds).coerceAtLeast(0)) + rest] = text
        }
    }

    private fun older(
        value: JsonElement,
        seconds: Int,
    ): JsonElement =
        when (value) {
            is JsonArray -> JsonArray(value.map { older(it, seconds) })
            is JsonObject ->
                JsonObject(
                    value.mapValues { (name, member) ->
                        val time = (member as? JsonPrimitive)?.takeIf { !it.isString && isTime(name) }?.longOrNull
                        time?.let { JsonPrimitive(it - seconds) } ?: older(member, seconds)
                    },
                )
            else -> value
        }

    private fun isTime(name: String) = name.endsWith("_at") || name.endsWith("_until")

    /** Counts the call; raises its fault, or returns one that is an answer (`conflict`, `short`). */
    private fun fault(method: String): String? {
        val number = calls.merge(method, 1, Int::plus) ?: 1
        val how = faults.fails.firstOrNull { it.method == method && number in it.calls }?.how ?: return null
        if ("$method $how" in ANSWERS) return how
        scriptedFailure(how)
    }

    private companion object {
        val IN_INDEX = Regex("""(exeunt\.(?:due|old)\.)([0-9]{12})(\..*)""")

        /** Faults that are answers. */
        val ANSWERS = setOf("commit conflict", "read short")
    }
}

/** Calls [calls] of [method] fail as [how] says. */
internal class Failing(
    val method: String,
    val calls: IntRange,
    val how: String,
)

internal class StoreFaults(
    val guarantee: Guarantee,
    val fails: List<Failing>,
    val ignoresRemovals: List<String>,
    val ignoresWrites: List<String>,
) {
    companion object {
        val NONE = StoreFaults(Guarantee.ATOMIC, emptyList(), emptyList(), emptyList())

        fun of(json: JsonElement): StoreFaults =
            json.fields("host.store") {
                StoreFaults(
                    optional("guarantee")?.let { Decoder.decode(it, "guarantee") } ?: Guarantee.ATOMIC,
                    list("fails").map { failing(it) },
                    texts("ignores_removals"),
                    texts("ignores_writes"),
                )
            }

        private fun failing(json: JsonElement): Failing =
            json.fields("host.store.fails") {
                Failing(text("method"), int("from")..(optionalInt("to") ?: Int.MAX_VALUE), text("how"))
            }
    }
}

/** Raises what a case calls by this name. */
internal fun scriptedFailure(how: String): Nothing =
    throw when (how) {
        "unavailable" -> HostException.Unavailable("scripted")
        "offline" -> HostException.Offline("scripted")
        "time_expired" -> HostException.TimeExpired("scripted")
        "insecure" -> HostException.Insecure("scripted")
        "bad_answer" -> HostException.BadAnswer("scripted")
        "broken" -> HostException.Broken("scripted")
        "throws" -> IllegalStateException("scripted")
        else -> throw CaseError("no failure is called $how")
    }
