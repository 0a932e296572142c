package dev.exeunt

import java.security.MessageDigest

/**
 * A text that must not be shown: a token, a hint, `state`, a client secret, an address with its query, a stored value.
 *
 * It prints as `***` wherever it stands, alone or inside a record, and gives its value only through [reveal]. It is not
 * `Serializable`, and serialisers that read fields skip its only one.
 */
public class Secret(
    value: String,
) {
    @Transient
    private val value: String = value

    /** The text itself. The name marks the places to look at in a review. */
    public fun reveal(): String = value

    /** Whether both hold the same text; how long it takes does not tell where they differ. */
    override fun equals(other: Any?): Boolean =
        other is Secret && MessageDigest.isEqual(value.toByteArray(), other.value.toByteArray())

    /** The hash code of the text, as equal secrets must have. */
    override fun hashCode(): Int = value.hashCode()

    /** Always `***`. */
    override fun toString(): String = "***"
}
