#pragma once

#include "rootfs/base/digest.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

/// Numbers of docs/image-format.md that more than one file needs, and its integers.
namespace farboot::rootfs
{

inline constexpr std::uint32_t format_version = 1;
inline constexpr std::uint32_t locator_version = 2; ///< 2 brought the hot list
inline constexpr std::uint64_t max_image_bytes = std::uint64_t{1} << 48;
inline constexpr std::uint32_t max_chunk_bytes = 256 * 1024;    ///< of a chunk with data
inline constexpr std::uint32_t max_zero_chunk_bytes = 1U << 30; ///< of a zero chunk
inline constexpr std::uint32_t max_page_entries = 4096;
inline constexpr std::uint32_t max_page_count = 1U << 20;
inline constexpr std::uint32_t max_pack_count = 1U << 20;
inline constexpr std::uint32_t manifest_fixed_bytes = 40;
inline constexpr std::uint32_t manifest_table_entry_bytes = 40;
inline constexpr std::uint32_t manifest_entry_bytes = 36;
inline constexpr std::uint32_t max_hot_chunks = 1U << 16;
inline constexpr std::uint32_t locator_pack_bytes = 40;
inline constexpr std::uint32_t locator_check_bytes = 8;
inline constexpr std::uint32_t locator_hot_bytes = 40; ///< a row of the hot list
inline constexpr std::uint32_t locator_guessed = 1;    ///< flag: the hot list was guessed
inline constexpr std::uint32_t locator_entry_bytes = 16;

static_assert(std::endian::native == std::endian::little, "the formats are read and written in place");

/// Bytes of a file.
struct FileRange {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    bool operator==(const FileRange&) const = default;
};

/// A little-endian integer at `offset`; the caller has checked that it lies inside.
template <class Integer>
[[nodiscard]] Integer load(Bytes data, std::size_t offset)
{
    static_assert(std::is_unsigned_v<Integer>);
    Integer value;
    std::memcpy(&value, data.subspan(offset, sizeof value).data(), sizeof value);
    return value;
}

/// A digest at `offset`; the caller has checked that it lies inside.
[[nodiscard]] inline Digest load_digest(Bytes data, std::size_t offset)
{
    Digest digest;
    std::memcpy(digest.bytes.data(), data.subspan(offset, digest.bytes.size()).data(), digest.bytes.size());
    return digest;
}

template <class Integer>
void append(std::string& file, Integer value)
{
    static_assert(std::is_unsigned_v<Integer>);
    file.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline void append(std::string& file, const Digest& digest)
{
    file.append(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
}

/// True if the data starts with an eight-character magic.
[[nodiscard]] inline bool has_magic(Bytes data, std::string_view magic)
{
    return data.size() >= magic.size() && std::memcmp(data.data(), magic.data(), magic.size()) == 0;
}

} // namespace farboot::rootfs
