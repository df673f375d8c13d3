#pragma once

#include "rootfs/image/file.hpp"
#include "rootfs/image/format.hpp"
#include "rootfs/image/locator.hpp"

#include <filesystem>
#include <vector>

namespace farboot::rootfs
{

/// A pack's first bytes.
inline constexpr std::uint64_t pack_header_bytes = 8;
inline constexpr std::uint64_t pack_trailer_bytes = 16;
inline constexpr std::uint64_t pack_row_bytes = 48;

/// What publishers and servers know of a pack: the chunks in it (docs/image-format.md). Reason of all steps:
/// pack-malformed.
struct PackIndex {
    struct Row {
        Digest digest;
        std::uint64_t offset = 0; ///< in the pack
        std::uint32_t stored_length = 0;
        std::uint32_t plain_length = 0;
        bool operator==(const Row&) const = default;
    };

    std::vector<Row> rows;

    /// `trailer` is the file's last 16 bytes: where does the index lie?
    [[nodiscard]] static Result<FileRange> find(Bytes trailer, std::uint64_t pack_bytes);
    /// `index` is what find() said. Checks that the bodies lie one behind the other from header to index.
    [[nodiscard]] static Result<PackIndex> parse(Bytes index, FileRange range);
};

/// Reads a pack's index from its file. Reasons: pack-malformed, and File's.
[[nodiscard]] Result<PackIndex> read_pack_index(const std::filesystem::path& file);

/// Reads a chunk from an open pack and checks it. Reasons: digest-mismatch, chunk-malformed, and File's.
[[nodiscard]] Result<std::string> read_checked(const File& pack, const PackIndex::Row& row);

/// Checks a pack's index, and that every chunk in it has its digest. Sentences do not name the file. Reasons:
/// pack-malformed, chunk-malformed, digest-mismatch (of a chunk), and File's.
[[nodiscard]] Result<PackIndex> check_pack(const File& file);

/// Checks a pack as a whole: its name, its index, and that every chunk in it has its digest. Reasons: digest-mismatch,
/// pack-malformed, chunk-malformed, and File's.
[[nodiscard]] Result<PackIndex> verify_pack(const std::filesystem::path& file, const Digest& name);

/// SHA-256 of a file of any size. Reasons: File's.
[[nodiscard]] Result<Digest> digest_of_file(const std::filesystem::path& file);

} // namespace farboot::rootfs
