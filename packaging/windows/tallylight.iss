; The installer for Windows, made by Inno Setup of the bundle in dist\:
;   iscc /DVersion=... packaging\windows\tallylight.iss
; To sign it and what it installs, name the signing tool's command:
;   iscc /DVersion=... /DSigned "/Sours=signtool sign /fd sha256 /tr URL /td sha256 /f KEY $f" packaging\windows\tallylight.iss
#ifndef Version
  #error Name the version: iscc /DVersion=...
#endif

[Setup]
AppId=app.tallylight.Tallylight
AppName=Tallylight
AppVersion={#Version}
AppPublisher=The Tallylight authors
LicenseFile=..\..\LICENSE
DefaultDirName={autopf}\Tallylight
DefaultGroupName=Tallylight
DisableProgramGroupPage=yes
; For one user, without an administrator.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
ChangesEnvironment=yes
; A program that runs holds its files: it is asked to end, and started again.
CloseApplications=yes
RestartApplications=yes
UninstallDisplayIcon={app}\tallylight-tray.exe
OutputDir=..\..\dist
OutputBaseFilename=Tallylight-{#Version}
Compression=lzma2
SolidCompression=yes
#ifdef Signed
SignTool=ours
SignedUninstaller=yes
#endif

[Files]
Source: "..\..\dist\tallylight\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\Tallylight"; Filename: "{app}\tallylight-tray.exe"; AppUserModelID: "app.tallylight.Tallylight"

[Tasks]
Name: path; Description: "Let shells and agents find the command tallylight"

[Registry]
Root: HKA; Subkey: "{code:EnvironmentKey}"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; \
    Tasks: path; Check: IsNotInPath

[Run]
Filename: "{app}\tallylight-tray.exe"; Description: "Start Tallylight"; Flags: nowait postinstall skipifsilent

[UninstallRun]
Filename: "{cmd}"; Parameters: "/c taskkill /im tallylight-tray.exe /im tallylight.exe"; Flags: runhidden; RunOnceId: End

[Messages]
UninstalledAll=%1 is removed. It left your ledger and settings in the folder tallylight below AppData\Local; delete it if you want neither.

[Code]
function EnvironmentKey(Unused: String): String;
begin
  if IsAdminInstallMode then
    Result := 'SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
  else
    Result := 'Environment';
end;

function IsNotInPath: Boolean;
var
  Path: String;
begin
  Path := '';
  RegQueryStringValue(HKA, EnvironmentKey(''), 'Path', Path);
  Result := Pos(';' + Uppercase(ExpandConstant('{app}')) + ';', ';' + Uppercase(Path) + ';') = 0;
end;
