#pragma once

#include "rootfs/image/store.hpp"

#include <utility>

namespace farboot::rootfs
{

/// The one program that writes into a local store: holds the store's lock as long as it lives.
class StoreWriter
{
public:
    /// Makes the store where there is none, and removes what a killed writer left in tmp/. Reasons: io,
    /// version-unknown, store-busy.
    [[nodiscard]] static Result<StoreWriter> open(const std::filesystem::path& folder);
    StoreWriter(StoreWriter&& other) noexcept;
    StoreWriter& operator=(StoreWriter&&) = delete;
    ~StoreWriter();

    [[nodiscard]] const Store& store() const { return store_; }

    /// Writes a file whole and synced, or not at all. Reason: io.
    [[nodiscard]] Result<void> write(const std::filesystem::path& target, Bytes data);
    /// Copies a whole file (a kernel, an initramfs) into v1/files. Reasons: not-found, io, file-size (empty, or over 4
    /// GiB).
    [[nodiscard]] Result<FileRef> add_file(const std::filesystem::path& source);

private:
    StoreWriter(Store store, int lock) : store_(std::move(store)), temporary_(store_.folder() / "tmp"), lock_(lock) {}

    Store store_;
    std::filesystem::path temporary_;
    int lock_ = -1;
};

} // namespace farboot::rootfs
