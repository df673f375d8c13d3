/// The handshake with a real nbdkit; what the kernel then does with the connection is tested in
/// tests/e2e/root/test_takeover.py.
#include "rootfs/nbd/kernel_device.hpp"
#include "rootfs/nbd/nbd_connection.hpp"
#include "tests/integration/rootfs/process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace farboot::test
{

using rootfs::NbdConnection;

/// Starts nbdkit with these arguments and connects.
Result<NbdConnection> connect_to(const std::vector<std::string>& arguments)
{
    const Folder folder;
    const auto socket = folder.path / "nbd.sock";
    const auto ready = folder.path / "ready"; // written once it listens; the socket's file is there before
    std::vector<std::string> command{"nbdkit", "-f", "-U", socket.string(), "-P", ready.string()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Process nbdkit(command, folder.path / "log");
    EXPECT_TRUE(eventually([&] { return exists(ready) || !nbdkit.running(); })) << read_whole(folder.path / "log");
    return NbdConnection::open(socket);
}

/// A server that greets with these bytes and closes. The reason why the connection was not made.
std::string reason_after_greeting(const std::string& bytes)
{
    const Folder folder;
    const auto path = folder.path / "nbd.sock";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener, 1), 0);
    std::jthread server([&] {
        const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        EXPECT_EQ(send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
        shutdown(client, SHUT_WR);
        char rest[256];
        while (recv(client, rest, sizeof rest, 0) > 0) {
        }
        close(client);
    });
    const auto connection = NbdConnection::open(path);
    close(listener);
    return connection ? "none" : connection.error().reason;
}

TEST(NbdConnection, TellsSizeAndThatTheImageIsReadOnly)
{
    const auto connection = connect_to({"-r", "memory", "1M"});
    ASSERT_TRUE(connection) << connection.error().sentence;
    EXPECT_EQ(connection->size(), 1U << 20);
    EXPECT_EQ(connection->flags() & 3, 3); // NBD_FLAG_HAS_FLAGS, NBD_FLAG_READ_ONLY
}

TEST(NbdConnection, RefusedExportIsAnErrorWithTheServersWords)
{
    const auto connection =
        connect_to({"--filter=exportname", "memory", "1M", "exportname-strict=true", "exportname=other"});
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().reason, "bad-answer");
}

TEST(NbdConnection, NobodyThere)
{
    const Folder folder;
    const auto connection = NbdConnection::open(folder.path / "nbd.sock");
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().reason, "unreachable");
}

TEST(NbdConnection, WhatIsNoNbdServerIsRefused)
{
    using namespace std::string_literals;
    const auto greeting = "NBDMAGICIHAVEOPT\0\3"s;
    const auto reply = greeting + "\0\x03\xe8\x89\x04\x55\x65\xa9\0\0\0\7"s;
    EXPECT_EQ(reason_after_greeting("SSH-2.0-OpenSSH_9.2\r\n"), "bad-answer");
    EXPECT_EQ(reason_after_greeting("NBDMAGIC"), "bad-answer");
    EXPECT_EQ(reason_after_greeting("NBDMAGICIHAVEOPT\0\0"s), "bad-answer"); // newstyle, but not fixed
    EXPECT_EQ(reason_after_greeting(greeting + "twenty bytes of rubbish, at least"), "bad-answer");
    EXPECT_EQ(reason_after_greeting(reply + "\0\0\0\3\x7f\xff\xff\xff"s), "bad-answer"); // 2 GiB of description
    EXPECT_EQ(reason_after_greeting(reply + "\0\0\0\1\0\0\0\0"s), "bad-answer");         // agreed, but how large is it?
}

TEST(KernelDevice, HasTheNameOfAnNbdDevice)
{
    EXPECT_TRUE(rootfs::KernelDevice::named("/dev/nbd12"));
    for (const auto* name : {"/dev/sda", "/dev/nbd", "/dev/nbd0p1", "/dev/nbd-1", "nbd0"})
        EXPECT_FALSE(rootfs::KernelDevice::named(name)) << name;
}

} // namespace farboot::test
