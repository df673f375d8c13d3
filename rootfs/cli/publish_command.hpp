#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/cli/publish_record.hpp"
#include "rootfs/cli/server_client.hpp"
#include "rootfs/image/format.hpp"
#include "rootfs/image/publisher.hpp"

#include <filesystem>

#include <string>
#include <vector>

namespace farboot::rootfs
{

/// What was typed after `farboot publish`.
struct PublishCommand {
    RecordPlan plan;
    std::string store;
    std::string number;
    std::vector<std::string> keys;
    std::string kernel;
    std::vector<std::string> initramfs;
    std::string image;
    std::string chunking = "content";
    int zstd_level = default_zstd_level;
    std::string profile = "auto";
    bool kvm = false;
    ServerOptions server;
    bool upload = true;
    bool draft = false;
    std::string out;
    bool json = false;

    /// Where the image goes: what is not for everybody has a part of the store to itself.
    [[nodiscard]] std::filesystem::path image_store() const { return part_of_store(store, plan.audience); }
};

/// Fills the store, signs the record and sends it to the server, if one is named. Reasons: usage, those of the store,
/// of publish_image() and of ServerClient, cancelled.
[[nodiscard]] Result<void> publish(const PublishCommand& options);

} // namespace farboot::rootfs
