#include "rootfs/image/manifest.hpp"

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

/// Makes the root's page digests fit the pages behind it, so that what is fuzzed gets past the digest checks.
void sign_pages(std::string& file, std::size_t root_bytes)
{
    const std::size_t page_bytes = std::size_t{load<std::uint32_t>(as_bytes(file), 12)} * manifest_entry_bytes;
    for (std::size_t page = 0; manifest_fixed_bytes + (page + 1) * manifest_table_entry_bytes <= root_bytes; ++page) {
        const auto at = root_bytes + page * page_bytes;
        if (at > file.size())
            return;
        const auto digest = sha256(as_bytes(std::string_view(file).substr(at, page_bytes)));
        std::memcpy(file.data() + manifest_fixed_bytes + page * manifest_table_entry_bytes + 8, digest.bytes.data(),
                    32);
    }
}

void read_page(const ManifestRoot& root, std::uint32_t number, std::string_view data)
{
    const auto page = root.parse_page(as_bytes(data), number);
    if (!page)
        return;
    const auto range = root.image_range(number);
    require(page->chunks.size() == root.entries_of(number) && page->chunks.front().offset == range.offset);
    auto offset = range.offset;
    for (std::size_t i = 0; i < page->chunks.size(); ++i) {
        const auto& chunk = page->chunks[i];
        require(chunk.offset == offset && chunk.length > 0);
        require(chunk.length <= (chunk.is_zero() ? max_zero_chunk_bytes : max_chunk_bytes));
        require(page->find(chunk.offset) == i && page->find(chunk.end() - 1) == i &&
                root.find_page(chunk.offset) == number);
        offset = chunk.end();
    }
    require(offset == range.offset + range.length);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string file(reinterpret_cast<const char*>(data), size);
    if (size < manifest_fixed_bytes)
        return 0;
    const std::uint64_t root_bytes =
        manifest_fixed_bytes + std::uint64_t{load<std::uint32_t>(as_bytes(file), 32)} * manifest_table_entry_bytes;
    if (root_bytes > size)
        return 0;
    sign_pages(file, root_bytes);
    const auto root_data = std::string_view(file).substr(0, root_bytes);
    const ImageRef ref{sha256(as_bytes(root_data)), root_bytes, load<std::uint64_t>(as_bytes(file), 16)};
    const auto root = ManifestRoot::parse(as_bytes(root_data), ref);
    if (!root)
        return 0;
    for (std::uint32_t page = 0; page < root->page_count(); ++page) {
        const auto range = root->page_range(page);
        require(range.offset + range.length <= root->file_bytes());
        if (range.offset <= file.size())
            read_page(*root, page, std::string_view(file).substr(range.offset, range.length));
    }
    return 0;
}
