#pragma once

#include "rootfs/image/manifest.hpp"

#include <array>
#include <cstdint>
#include <vector>

/// The locator of docs/image-format.md: in which pack each chunk of an image lies. Read in bounded steps: the fixed
/// header, which says how long the tables are, then the tables, then pages as needed. It is not signed: it can only
/// lead to bytes that fail their digest. Reasons of all steps: locator-malformed, version-unknown; of parse_page() also
/// locator-changed.
namespace farboot::rootfs
{

/// A pack, v1/packs/<first two hex digits>/<digest>.
struct PackRef {
    Digest digest;
    std::uint64_t bytes = 0; ///< size of the file
    bool operator==(const PackRef&) const = default;
};

/// Paths below the store's base URL or folder.
[[nodiscard]] std::string manifest_path(const Digest& manifest);
[[nodiscard]] std::string locator_path(const Digest& manifest);
[[nodiscard]] std::string pack_path(const Digest& pack);
[[nodiscard]] std::string hot_pack_path(const Digest& pack);
/// Of the store of an audience's images, which is a store like any other.
[[nodiscard]] std::string restricted_path(std::string_view audience);

/// What a boot profile has found: the chunks that are wanted first, and a file in which they lie in that order, so that
/// one request brings them all. Manifest pages are among them, as chunks of their own bytes. They also lie in ordinary
/// packs, where the locator's pages show them.
struct HotList {
    static constexpr std::uint64_t header_bytes = 8; ///< of the hot pack; the first chunk follows

    struct Row {
        Digest digest; ///< of the plain bytes
        std::uint32_t stored_length = 0;
        std::uint32_t plain_length = 0;
        bool operator==(const Row&) const = default;
    };

    PackRef pack; ///< all zeros if there are no rows
    std::vector<Row> rows;
    /// Made from files alone: no start has shown it yet, and what another kind of start reads may be added.
    bool guessed = false;
    bool operator==(const HotList&) const = default;
};

/// The first 80 bytes.
struct LocatorHeader {
    static constexpr std::uint32_t bytes = 80;

    std::uint32_t pack_count = 0; ///< at most the number of chunks
    std::uint32_t page_count = 0; ///< as in the manifest
    std::uint32_t hot_count = 0;  ///< at most max_hot_chunks
    bool hot_guessed = false;
    PackRef hot_pack;

    /// `data` is the locator's first 80 bytes.
    [[nodiscard]] static Result<LocatorHeader> parse(Bytes data, const ManifestRoot& manifest);
    /// Where pack table, page checks and hot list lie: fetch them next.
    [[nodiscard]] FileRange tables_range() const;
};

class Locator
{
public:
    /// `tables` is what header.tables_range() says.
    [[nodiscard]] static Result<Locator> parse(const LocatorHeader& header, Bytes tables, const ManifestRoot& manifest);

    [[nodiscard]] const std::vector<PackRef>& packs() const { return packs_; }
    [[nodiscard]] const HotList& hot() const { return hot_; }
    /// Where a page lies in the locator file.
    [[nodiscard]] FileRange page_range(std::uint32_t page) const;
    /// `data` is what page_range() says, `chunks` the manifest's page of the same number: one place a chunk, in its
    /// order. Reason locator-changed: the page is not the one that the tables were written with; fetch the whole
    /// locator anew.
    [[nodiscard]] Result<std::vector<ChunkPlace>> parse_page(Bytes data, const ManifestPage& chunks) const;

private:
    Digest manifest_;
    std::uint32_t page_entries_ = 0;
    std::uint64_t chunk_count_ = 0;
    std::uint64_t entries_offset_ = 0;
    std::vector<PackRef> packs_;
    HotList hot_;
    std::vector<std::array<std::byte, 8>> page_checks_;
};

} // namespace farboot::rootfs
