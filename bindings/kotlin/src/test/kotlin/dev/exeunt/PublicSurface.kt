package dev.exeunt

import java.io.File
import java.lang.reflect.Method
import java.lang.reflect.Modifier
import kotlin.reflect.KCallable
import kotlin.reflect.KClass
import kotlin.reflect.KFunction
import kotlin.reflect.KParameter
import kotlin.reflect.KProperty
import kotlin.reflect.KType
import kotlin.reflect.KVisibility
import kotlin.reflect.full.declaredMembers
import kotlin.reflect.full.superclasses
import kotlin.reflect.jvm.kotlinFunction

/** The public surface as text: what users compile against, without the names that the generator needs for itself. */
internal object PublicSurface {
    private val folder = File(checkNotNull(System.getProperty("exeunt.classes"))).resolve("dev/exeunt")

    /** The generator's machinery. What begins with "core" has a hand-written one of the same name above it. */
    private val machinery =
        Regex(
            "FfiConverter.*|Uniffi.*|uniffi.*|RustBuffer.*|ForeignBytes.*|IntegrityChecking.*|JavaLangRefCle.*|" +
                "Disposable|NoHandle|InternalException|.*Impl|.*Interface|CoreClient|coreCheckSessionStore",
        )

    /** What every record and object has, and what the generator gives them. */
    private val everywhere = Regex("component\\d+|copy|use|equals|hashCode|toString|destroy|uniffi.*")

    fun dump(): String {
        val classes =
            folder
                .listFiles { file -> file.extension == "class" }
                .orEmpty()
                .map { Class.forName("dev.exeunt.${it.nameWithoutExtension}") }
                .filter { Modifier.isPublic(it.modifiers) }
        val (facades, types) = classes.partition { it.getAnnotation(Metadata::class.java)?.kind == FILE }
        val described =
            types.map { it.kotlin }.filter { isPublic(it) }.map { describe(it) } + facades.map { describe(it) }
        return described.filter { it.isNotEmpty() }.sorted().joinToString("\n")
    }

    private fun isPublic(kind: KClass<*>): Boolean {
        val own = kind.java.getAnnotation(Metadata::class.java)?.kind == CLASS
        val outer = kind.java.enclosingClass?.kotlin
        return own && !kind.isCompanion && kind.visibility == KVisibility.PUBLIC &&
            name(kind).split('.').none { machinery.matches(it) } && (outer == null || isPublic(outer))
    }

    private fun describe(kind: KClass<*>): String {
        val supers = kind.superclasses.filter { it != Any::class && it != Enum::class }.map { name(it) }
        val shown = supers.filterNot { machinery.matches(it) }.sorted()
        val head = "${sort(kind)} ${name(kind)}" + if (shown.isEmpty()) "" else " : ${shown.joinToString()}"
        val constants =
            kind.java.enumConstants
                ?.takeIf { kind.java.isEnum }
                .orEmpty()
                .map { "    $it" }
        return lines(head, constants + constructors(kind) + members(kind.declaredMembers, kind.java.isEnum))
    }

    private fun sort(kind: KClass<*>): String =
        when {
            kind.java.isEnum -> "enum class"
            kind.java.isInterface -> "interface"
            kind.objectInstance != null -> "object"
            kind.isSealed -> "sealed class"
            kind.isData -> "data class"
            kind.isOpen -> "open class"
            else -> "class"
        }

    private fun constructors(kind: KClass<*>): List<String> =
        kind.constructors
            .filter { it.visibility == KVisibility.PUBLIC && !kind.java.isEnum }
            .map { "    constructor(${parameters(it)})" }
            .filterNot { mentionsMachinery(it) }
            .sorted()

    private fun members(
        members: Collection<KCallable<*>>,
        isEnum: Boolean,
    ): List<String> =
        members
            .filter { it.visibility == KVisibility.PUBLIC && !everywhere.matches(it.name) && !isEnum }
            .map { "    " + describe(it) }
            .filterNot { mentionsMachinery(it) }
            .sorted()

    private fun describe(member: KCallable<*>): String =
        when (member) {
            is KProperty<*> -> "val ${member.name}: ${type(member.returnType)}"
            else -> {
                val suspends = if (member.isSuspend) "suspend " else ""
                "${suspends}fun ${member.name}(${parameters(member)}): ${type(member.returnType)}"
            }
        }

    /** Functions and extensions that stand outside classes, under the name by which Java calls them. */
    private fun describe(facade: Class<*>): String {
        val functions =
            facade.declaredMethods
                .filter { Modifier.isPublic(it.modifiers) && !it.isSynthetic && !everywhere.matches(it.name) }
                .map { it.kotlinFunction?.let { function -> "    " + describe(function) } ?: extension(it) }
                .filterNot { mentionsMachinery(it) }
        return if (functions.isEmpty()) "" else lines("file ${facade.simpleName}", functions.sorted())
    }

    private fun extension(getter: Method): String {
        val (receiver) = getter.parameterTypes
        return "    static ${getter.name}(${receiver.simpleName}): ${getter.returnType.simpleName}"
    }

    private fun parameters(function: KCallable<*>): String =
        (function as KFunction<*>)
            .parameters
            .filter { it.kind == KParameter.Kind.VALUE }
            .joinToString { "${it.name}: ${type(it.type)}" + if (it.isOptional) " = …" else "" }

    private fun mentionsMachinery(line: String): Boolean =
        Regex("[A-Za-z]+").findAll(line).any { machinery.matches(it.value) }

    private fun name(kind: KClass<*>): String =
        kind.qualifiedName
            .orEmpty()
            .removePrefix("dev.exeunt.")
            .removePrefix("kotlin.")

    private fun type(type: KType): String =
        type.toString().replace(Regex("\\b(dev\\.exeunt|kotlin\\.collections|kotlin)\\."), "")

    private fun lines(
        head: String,
        body: List<String>,
    ): String = (listOf(head) + body).joinToString("\n", postfix = "\n")

    private const val CLASS = 1
    private const val FILE = 2
}
