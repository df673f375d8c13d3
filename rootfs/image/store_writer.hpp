#pragma once

#include "rootfs/image/file.hpp"
#include "rootfs/image/retired_list.hpp"

#include <utility>

namespace farboot::rootfs
{

/// The one program that writes into a local store: holds the store's lock as long as it lives. One thread uses it.
class StoreWriter
{
public:
    /// Makes the store where there is none, and removes what a killed writer left in tmp/. Reasons: io,
    /// version-unknown, store-busy, retired-malformed.
    [[nodiscard]] static Result<StoreWriter> open(const std::filesystem::path& folder);
    /// For work on what is there: a mistyped folder is no new store. Reasons besides those of open(): not-found.
    [[nodiscard]] static Result<StoreWriter> open_existing(const std::filesystem::path& folder);
    StoreWriter(StoreWriter&& other) noexcept;
    StoreWriter& operator=(StoreWriter&&) = delete;
    ~StoreWriter();

    [[nodiscard]] const Store& store() const { return store_; }

    /// Writes a file whole and synced, or not at all. A retired file is in use again. Reason: io.
    [[nodiscard]] Result<void> write(const std::filesystem::path& target, Bytes data);
    /// Copies a whole file (a kernel, an initramfs) into v1/files. Reasons: not-found, io, file-size (empty, or over 4
    /// GiB).
    [[nodiscard]] Result<FileRef> add_file(const std::filesystem::path& source);
    /// Copies a file that is named by its digest. Reasons: digest-mismatch, not-found, io.
    [[nodiscard]] Result<void> copy(const std::filesystem::path& source, const Digest& digest,
                                    const std::filesystem::path& target);
    /// Gives a finished file of this file system its name here. Reasons: those of AtomicFile.
    [[nodiscard]] Result<void> adopt(AtomicFile file, const std::filesystem::path& target);
    /// Removes a file for good; true if there was one. Reason: io.
    [[nodiscard]] Result<bool> remove(const std::filesystem::path& target);

    [[nodiscard]] const RetiredList& retired() const { return retired_; }
    /// Reason: io.
    [[nodiscard]] Result<void> set_retired(RetiredList list);

private:
    StoreWriter(Store store, int lock) : store_(std::move(store)), temporary_(store_.folder() / "tmp"), lock_(lock) {}
    struct Copied {
        AtomicFile file;
        Digest digest;
    };
    [[nodiscard]] Result<Copied> copy_beside(const File& source, std::uint64_t bytes) const;
    /// What was written may be referred to from now on, so nobody may delete it. Not before it is written: a removed
    /// image would be there again with its old locator, and the packs of that may go.
    [[nodiscard]] Result<void> use_again(const std::filesystem::path& target);

    Store store_;
    std::filesystem::path temporary_;
    RetiredList retired_;
    int lock_ = -1;
};

} // namespace farboot::rootfs
