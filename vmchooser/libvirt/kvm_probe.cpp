#include "vmchooser/libvirt/kvm_probe.hpp"

#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>

namespace farboot::vmchooser
{
namespace
{

constexpr std::size_t memory_bytes = 0x10000;
constexpr std::uint64_t entry = 0x1000;
/// mov cx, 0xffff; loop self; mov al, 0x42; out 0x10, al; hlt
constexpr std::array<unsigned char, 10> program = {0xb9, 0xff, 0xff, 0xe2, 0xfe, 0xb0, 0x42, 0xe6, 0x10, 0xf4};

struct Handle {
    int fd = -1;
    explicit Handle(int value) : fd(value) {}
    ~Handle()
    {
        if (fd >= 0)
            ::close(fd);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
};

struct Mapping {
    void* data;
    std::size_t bytes;
    Mapping(std::size_t size, int flags, int fd)
        : data(::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd, 0)), bytes(size)
    {
    }
    ~Mapping()
    {
        if (valid())
            ::munmap(data, bytes);
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    [[nodiscard]] bool valid() const { return data != MAP_FAILED; }
};

/// Linux, Documentation/virt/kvm/api.rst.
bool run_guest(const std::filesystem::path& device)
{
    const Handle kvm(::open(device.c_str(), O_RDWR | O_CLOEXEC));
    if (kvm.fd < 0 || ::ioctl(kvm.fd, KVM_GET_API_VERSION, 0) != 12)
        return false;
    const Handle machine(::ioctl(kvm.fd, KVM_CREATE_VM, 0));
    const Mapping memory(memory_bytes, MAP_SHARED | MAP_ANONYMOUS, -1);
    if (machine.fd < 0 || !memory.valid())
        return false;
    std::memcpy(static_cast<unsigned char*>(memory.data) + entry, program.data(), program.size());
    kvm_userspace_memory_region region{};
    region.memory_size = memory_bytes;
    region.userspace_addr = reinterpret_cast<std::uintptr_t>(memory.data);
    if (::ioctl(machine.fd, KVM_SET_USER_MEMORY_REGION, &region) < 0)
        return false;
    const Handle processor(::ioctl(machine.fd, KVM_CREATE_VCPU, 0));
    const int run_bytes = ::ioctl(kvm.fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (processor.fd < 0 || run_bytes < static_cast<int>(sizeof(kvm_run)))
        return false;
    const Mapping shared(static_cast<std::size_t>(run_bytes), MAP_SHARED, processor.fd);
    kvm_sregs special{};
    if (!shared.valid() || ::ioctl(processor.fd, KVM_GET_SREGS, &special) < 0)
        return false;
    special.cs.base = 0;
    special.cs.selector = 0;
    kvm_regs registers{};
    registers.rip = entry;
    registers.rflags = 2; // the bit that is always set
    if (::ioctl(processor.fd, KVM_SET_SREGS, &special) < 0 || ::ioctl(processor.fd, KVM_SET_REGS, &registers) < 0)
        return false;
    const auto* run = static_cast<const kvm_run*>(shared.data);
    if (::ioctl(processor.fd, KVM_RUN, 0) < 0 || run->exit_reason != KVM_EXIT_IO || run->io.port != 0x10)
        return false;
    return ::ioctl(processor.fd, KVM_RUN, 0) == 0 && run->exit_reason == KVM_EXIT_HLT;
}

struct Verdict {
    std::mutex lock;
    std::condition_variable known;
    bool done = false;
    bool works = false;
};

} // namespace

bool kvm_works(const std::filesystem::path& device, std::chrono::milliseconds deadline)
{
    if (::access(device.c_str(), R_OK | W_OK) != 0)
        return false;
    // A guest that hangs keeps its thread: it is left behind, since a hang inside the kernel's KVM_RUN cannot be
    // joined.
    const auto verdict = std::make_shared<Verdict>();
    std::thread([verdict, device] {
        const bool works = run_guest(device);
        const std::lock_guard guard(verdict->lock);
        verdict->works = works;
        verdict->done = true;
        verdict->known.notify_all();
    }).detach();
    std::unique_lock guard(verdict->lock);
    verdict->known.wait_for(guard, deadline, [&] { return verdict->done; });
    return verdict->works;
}

} // namespace farboot::vmchooser
