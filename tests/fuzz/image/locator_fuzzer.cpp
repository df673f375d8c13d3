#include "rootfs/image/locator.hpp"

#include <cstdlib>
#include <cstring>

namespace
{

using namespace farboot;
using namespace farboot::rootfs;

void require(bool condition)
{
    if (!condition)
        std::abort();
}

struct Sample {
    ManifestRoot root;
    std::vector<ManifestPage> pages;
};

/// An image of 10 chunks in pages of 4; the sixth is zeros.
Sample make_sample()
{
    std::string pages;
    for (std::uint32_t i = 0; i < 10; ++i) {
        append(pages, i == 5 ? std::uint32_t{1 << 20} : 10'000 + i);
        append(pages, i == 5 ? Digest{} : sha256(as_bytes(std::to_string(i))));
    }
    const std::uint64_t offsets[] = {0, 40'006, 40'006 + 30'017 + (1 << 20)};
    std::string root = "FBMANIF1";
    append(root, std::uint32_t{1});
    append(root, std::uint32_t{4});
    append(root, std::uint64_t{offsets[2] + 20'017});
    append(root, std::uint64_t{10});
    append(root, std::uint32_t{3});
    append(root, std::uint32_t{0});
    for (std::size_t page = 0; page < 3; ++page) {
        append(root, offsets[page]);
        append(root, sha256(as_bytes(std::string_view(pages).substr(page * 144, 144))));
    }
    auto parsed = ManifestRoot::parse(as_bytes(root), {sha256(as_bytes(root)), root.size(), offsets[2] + 20'017});
    require(parsed.has_value());
    Sample sample{*parsed, {}};
    for (std::uint32_t page = 0; page < 3; ++page) {
        auto chunks = parsed->parse_page(as_bytes(std::string_view(pages).substr(page * 144, 144)), page);
        require(chunks.has_value());
        sample.pages.push_back(std::move(*chunks));
    }
    return sample;
}

/// Makes the page checks fit the pages, so that what is fuzzed gets past them.
void fit_checks(std::string& file, std::uint32_t pack_count, const FileRange& tables)
{
    for (std::size_t page = 0; page < 3; ++page) {
        const auto at = tables.offset + tables.length + page * 64;
        const auto check = LocatorHeader::bytes + std::uint64_t{pack_count} * locator_pack_bytes + page * 8;
        if (at > file.size())
            return;
        const auto digest = sha256(as_bytes(std::string_view(file).substr(at, 64)));
        std::memcpy(file.data() + check, digest.bytes.data(), 8);
    }
}

void read_page(const Locator& locator, const ManifestPage& chunks, std::string_view data)
{
    const auto places = locator.parse_page(as_bytes(data), chunks);
    if (!places)
        return;
    require(places->size() == chunks.chunks.size());
    for (std::size_t i = 0; i < places->size(); ++i) {
        const auto& place = (*places)[i];
        if (chunks.chunks[i].is_zero()) {
            require(place == ChunkPlace{});
            continue;
        }
        require(place.stored_length > 0 && place.stored_length <= chunks.chunks[i].length);
        const auto& pack = locator.packs().at(place.pack);
        require(place.offset <= pack.bytes && pack.bytes - place.offset >= place.stored_length);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto sample = make_sample();
    std::string file(reinterpret_cast<const char*>(data), size);
    const auto header =
        LocatorHeader::parse(as_bytes(std::string_view(file).substr(0, LocatorHeader::bytes)), sample.root);
    if (!header)
        return 0;
    const auto tables = header->tables_range();
    require(tables.length <= 10 * 40 + 3 * 8 + std::uint64_t{max_hot_chunks} * locator_hot_bytes);
    if (tables.offset + tables.length > file.size())
        return 0;
    fit_checks(file, header->pack_count, tables);
    const auto locator =
        Locator::parse(*header, as_bytes(std::string_view(file).substr(tables.offset, tables.length)), sample.root);
    if (!locator)
        return 0;
    auto hot_bytes = locator->hot().rows.empty() ? 0 : HotList::header_bytes;
    for (const auto& row : locator->hot().rows) {
        require(row.stored_length > 0 && row.stored_length <= row.plain_length && row.plain_length <= max_chunk_bytes);
        hot_bytes += row.stored_length;
    }
    require(hot_bytes == locator->hot().pack.bytes);
    for (const auto& page : sample.pages) {
        const auto range = locator->page_range(page.number);
        if (range.offset <= file.size())
            read_page(*locator, page, std::string_view(file).substr(range.offset, range.length));
    }
    return 0;
}
