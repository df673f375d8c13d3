#pragma once

#include "rootfs/image/locator.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace farboot::rootfs
{

/// Makes a locator from the places of an image's chunks in their order.
class LocatorBuilder
{
public:
    /// As in the manifest.
    explicit LocatorBuilder(std::uint32_t page_entries) : page_entries_(page_entries) {}

    void add_zero() { places_.emplace_back(); }
    void add(const PackRef& pack, std::uint64_t offset, std::uint32_t stored_length);
    void set_hot(HotList hot) { hot_ = std::move(hot); }
    /// All bytes of the locator. Reason: image-size (more packs or hot chunks than the format
    /// allows).
    [[nodiscard]] Result<std::string> finish() const;

private:
    std::uint32_t page_entries_;
    std::vector<PackRef> packs_;
    std::unordered_map<Digest, std::uint32_t, DigestHash> pack_numbers_;
    std::vector<ChunkPlace> places_;
    HotList hot_;
};

} // namespace farboot::rootfs
