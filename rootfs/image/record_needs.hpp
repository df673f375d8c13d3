#pragma once

#include "rootfs/base/digest.hpp"
#include "rootfs/base/error.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace farboot::rootfs
{

/// What signed records need of a store, each with the file of one record that names it.
struct RecordNeeds {
    std::map<Digest, std::string> images; ///< by manifest
    std::map<Digest, std::string> files;  ///< kernels, initramfs files
};

/// Adds what one record (its payload) needs; `file` is the record's. Reasons: those of the record's type.
[[nodiscard]] Result<void> add_needs(const std::string& payload, const std::string& file, RecordNeeds& needs);

/// Reads all records (*.dsse) in a folder and those below it. Signatures are not checked: a record that nobody trusts
/// yet may be trusted tomorrow. Reasons: not-found, io, and record-unreadable: one whose needs are not known.
[[nodiscard]] Result<RecordNeeds> read_record_needs(const std::filesystem::path& folder);

} // namespace farboot::rootfs
